//! The way in for other processes: HTTP on sockets of this machine.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::call::Call;
use super::cloud::Cloud;
use super::reply::{Reply, rest_json};

/// The name under which calls of other processes are counted.
const EXTERNAL: &str = "external";

/// DynamoDB takes no larger requests.
const LARGEST_REQUEST: usize = 16 * 1024 * 1024;

/// How long to wait for a file descriptor to become free.
const PAUSE: Duration = Duration::from_millis(50);

impl Cloud {
    /// Answers other processes on two ports, for as long as the future is polled. Each port answers
    /// every service; there are two because clients are given one address per service. Permissions
    /// are not checked and no faults are injected here.
    pub async fn serve(self: Arc<Self>, dynamodb: TcpListener, sqs: TcpListener) {
        tokio::join!(accept(self.clone(), dynamodb), accept(self.clone(), sqs));
    }
}

async fn accept(cloud: Arc<Cloud>, listener: TcpListener) {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let cloud = cloud.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(cloud.clone(), request));
            let served = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

async fn respond(
    cloud: Arc<Cloud>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_REQUEST).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(sent(plain(StatusCode::PAYLOAD_TOO_LARGE))),
    };
    if parts.method == Method::GET {
        return Ok(sent(plain(StatusCode::OK)));
    }
    let target = parts
        .headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    let call = Call::read(parts.method.as_str(), parts.uri.path(), target, body);
    Ok(sent(match call {
        Some(call) => cloud.perform(EXTERNAL, &call).await,
        None => plain(StatusCode::NOT_FOUND),
    }))
}

fn plain(status: StatusCode) -> Reply {
    rest_json(status.as_u16(), "{}")
}

fn sent(reply: Reply) -> Response<Full<Bytes>> {
    reply.map(Full::new)
}
