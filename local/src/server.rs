//! The HTTP server of the gateway and the console.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::gateway::{Asked, LARGEST_BODY, Response, too_large};
use crate::local_store::Store;

/// How long to wait for a file descriptor to become free.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a client may take over the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(30);
/// How long requests under way may take to end once the server is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

impl Store {
    /// Answers requests until `stop` turns true; those under way then are finished first.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let connections = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            // Small answers must not wait for the client's acknowledgement of the one before.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays slow");
            }
            let store = self.clone();
            let service = service_fn(move |request| respond(store.clone(), request, peer));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_PATIENCE)
                .serve_connection(TokioIo::new(stream), service);
            let connection = connections.watch(connection);
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended early");
                }
            });
        }
        drop(listener);
        if tokio::time::timeout(FAREWELL, connections.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("some requests did not end in time");
        }
    }
}

async fn respond(
    store: Arc<Store>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, LARGEST_BODY).collect().await else {
        return Ok(sent(too_large(), &parts.method));
    };
    let body = body.to_bytes();
    let headers = pairs(&parts.headers);
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let source = peer.ip().to_string();
    let asked = Asked {
        method: parts.method.as_str(),
        target,
        headers: &headers,
        body: &body,
        source: &source,
    };
    Ok(sent(store.answer(&asked).await, &parts.method))
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn sent(response: Response, method: &Method) -> http::Response<Full<Bytes>> {
    let Response {
        status,
        headers,
        body,
    } = response;
    let head = method == Method::HEAD;
    let body = if head { Vec::new() } else { body };
    let mut sent = http::Response::new(Full::new(Bytes::from(body)));
    *sent.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    for (name, value) in headers {
        let (Ok(name), Ok(value)) = (
            HeaderName::try_from(name.as_str()),
            HeaderValue::try_from(value.as_str()),
        ) else {
            tracing::warn!(name, "a header cannot be sent");
            continue;
        };
        // The server frames the message itself; only HEAD's length says what GET's would be.
        let framing = name == TRANSFER_ENCODING || (name == CONTENT_LENGTH && !head);
        if !framing {
            sent.headers_mut().append(name, value);
        }
    }
    sent
}
