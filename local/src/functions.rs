//! Where the functions run: in this process, each as so many instances, or as processes that
//! `cargo lambda watch` runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use edge::Function;
use edge::function::Running;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::value::RawValue;
use tokio::net::TcpStream;

use crate::error::{InvokeError, OpenError};
use crate::stack::Stack;

/// How often to look whether the processes are there.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// What Lambda puts on the reply of a function that failed.
const FUNCTION_ERROR: &str = "x-amz-function-error";

/// Every function, ready to be invoked.
pub(crate) enum Functions {
    /// In this process, by name.
    Here(BTreeMap<String, Fleet>),
    /// Behind the address where `cargo lambda watch` takes invocations.
    Watched(SocketAddr),
}

/// The instances of one function.
pub(crate) struct Fleet {
    instances: Vec<Box<dyn Running>>,
    turn: AtomicUsize,
    timeout: Duration,
}

impl Functions {
    /// Starts every function in this process.
    pub(crate) async fn start(stack: &Stack, instances: usize) -> Result<Self, OpenError> {
        let mut fleets = BTreeMap::new();
        for function in registry::functions() {
            let fleet = Fleet::start(stack, function, instances.max(1)).await?;
            fleets.insert(function.name(), fleet);
        }
        Ok(Self::Here(fleets))
    }

    /// Has a function handle an event.
    pub(crate) async fn invoke(&self, name: &str, event: String) -> Result<String, InvokeError> {
        match self {
            Self::Here(fleets) => match fleets.get(name) {
                Some(fleet) => fleet.invoke(event).await,
                None => Err(InvokeError::Unknown(name.to_owned())),
            },
            Self::Watched(address) => invoke_at(*address, name, event).await,
        }
    }

    /// Has a function handle an event, however long it takes until the function can be reached:
    /// what is nobody's fault must not count against a message.
    pub(crate) async fn deliver(&self, name: &str, event: String) -> Result<String, InvokeError> {
        loop {
            match self.invoke(name, event.clone()).await {
                Err(InvokeError::Unreachable(_)) => self.reachable().await,
                answer => return answer,
            }
        }
    }

    /// Waits until functions can be reached.
    pub(crate) async fn reachable(&self) {
        let Self::Watched(address) = self else { return };
        while TcpStream::connect(address).await.is_err() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Fleet {
    async fn start(
        stack: &Stack,
        function: &Function,
        instances: usize,
    ) -> Result<Self, OpenError> {
        let mut started = Vec::with_capacity(instances);
        for _ in 0..instances {
            let name = function.name();
            let wiring = stack.wiring(function)?;
            let instance = (function.start)(name.clone(), wiring, stack.surroundings())
                .await
                .map_err(|error| OpenError::Function(name, error))?;
            started.push(instance);
        }
        Ok(Self {
            instances: started,
            turn: AtomicUsize::new(0),
            timeout: Duration::from_secs(function.timeout_s.into()),
        })
    }

    async fn invoke(&self, event: String) -> Result<String, InvokeError> {
        let event = RawValue::from_string(event)
            .map_err(|error| InvokeError::NotJson(error.to_string()))?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let instance = self
            .instances
            .get(turn % self.instances.len().max(1))
            .ok_or_else(|| InvokeError::Failed("it has no instance".to_owned()))?;
        let invoked = tokio::time::timeout(self.timeout, instance.invoke(event)).await;
        match invoked {
            Ok(Ok(answer)) => Ok(answer.get().to_owned()),
            Ok(Err(crash)) => Err(InvokeError::Failed(crash.to_string())),
            Err(_) => Err(InvokeError::TimedOut),
        }
    }
}

/// Invokes a function as the AWS SDKs do. There is no limit of time: the first invocation of a
/// function compiles it.
async fn invoke_at(address: SocketAddr, name: &str, event: String) -> Result<String, InvokeError> {
    fn unreachable(error: impl std::fmt::Display) -> InvokeError {
        InvokeError::Unreachable(error.to_string())
    }
    let stream = TcpStream::connect(address).await.map_err(unreachable)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(unreachable)?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/2015-03-31/functions/{name}/invocations"))
        .header("host", address.to_string())
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(event)))
        .map_err(unreachable)?;
    let exchange = async {
        let reply = sender.send_request(request).await?;
        let (parts, body) = reply.into_parts();
        Ok::<_, hyper::Error>((parts, body.collect().await?.to_bytes()))
    };
    let mut connection = std::pin::pin!(connection);
    let mut exchange = std::pin::pin!(exchange);
    let (parts, body) = tokio::select! {
        done = &mut exchange => done.map_err(unreachable)?,
        ended = &mut connection => {
            ended.map_err(unreachable)?;
            exchange.await.map_err(unreachable)?
        }
    };
    let body = String::from_utf8_lossy(&body).into_owned();
    if parts.status.is_success() && !parts.headers.contains_key(FUNCTION_ERROR) {
        Ok(body)
    } else {
        Err(InvokeError::Failed(body))
    }
}
