//! One visitor of the store: a connection that is kept, and one request after the other.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

use crate::functions::Fallible;

/// How many requests had a key.
static POSTED: AtomicU64 = AtomicU64::new(0);

/// What is asked for.
pub(super) struct Ask {
    method: &'static str,
    target: String,
    body: Option<Value>,
    token: Option<String>,
}

impl Ask {
    pub(super) fn get(target: impl Into<String>) -> Self {
        Self {
            method: "GET",
            target: target.into(),
            body: None,
            token: None,
        }
    }

    /// A request like no other: it has an idempotency key of its own.
    pub(super) fn post(target: impl Into<String>, body: Value) -> Self {
        Self {
            method: "POST",
            body: Some(body),
            ..Self::get(target)
        }
    }

    pub(super) fn by(self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self
        }
    }
}

pub(super) struct Visitor {
    address: SocketAddr,
    connection: SendRequest<Full<Bytes>>,
}

impl Visitor {
    pub(super) async fn of(address: SocketAddr) -> Fallible<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (connection, driven) = handshake(TokioIo::new(stream)).await?;
        // What it ends with, the next request is told.
        tokio::spawn(driven);
        Ok(Self {
            address,
            connection,
        })
    }

    /// Asks, and fails unless the answer is a success; gives how long it took, and the body.
    pub(super) async fn ask(&mut self, ask: &Ask) -> Fallible<(Duration, Bytes)> {
        let mut request = Request::builder()
            .method(ask.method)
            .uri(&ask.target)
            .header(HOST, self.address.to_string());
        if let Some(token) = &ask.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = match &ask.body {
            None => Bytes::new(),
            Some(body) => {
                let key = format!("bench-{}", POSTED.fetch_add(1, Ordering::Relaxed));
                request = request
                    .header(CONTENT_TYPE, "application/json")
                    .header("idempotency-key", key);
                body.to_string().into()
            }
        };
        let request = request.body(Full::new(body))?;
        let asked = Instant::now();
        self.connection.ready().await?;
        let answer = self.connection.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let (method, target) = (ask.method, &ask.target);
            let text = String::from_utf8_lossy(&body);
            return Err(format!("{method} {target}: {status}: {text}").into());
        }
        Ok((asked.elapsed(), body))
    }

    /// Asks for something in JSON.
    pub(super) async fn told(&mut self, ask: &Ask) -> Fallible<Value> {
        let (_, body) = self.ask(ask).await?;
        Ok(serde_json::from_slice(&body)?)
    }
}
