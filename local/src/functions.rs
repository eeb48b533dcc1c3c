//! Where the functions run: in this process, each as so many instances, or as processes that
//! `cargo lambda watch` runs.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use edge::function::Running;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::value::RawValue;
use tokio::net::TcpStream;
use tokio::sync::OnceCell;

use crate::error::{InvokeError, OpenError};
use crate::life::Life;
use crate::stack::{Stack, Starter};

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
    starter: Starter,
    instances: Instances,
    timeout: Duration,
}

enum Instances {
    /// So many that take turns, whatever they have to do already. Each starts with its first event.
    Shared {
        all: Vec<OnceCell<Box<dyn Running>>>,
        turn: AtomicUsize,
    },
    /// As Lambda does: each deals with one event at a time, and there are as many as that takes. Those
    /// that wait for an event are here.
    Apart(Mutex<Vec<Box<dyn Running>>>),
}

impl Functions {
    /// Every function in this process, as so many instances. As none, there are as many as it takes.
    pub(crate) fn here(stack: &Stack, instances: usize) -> Self {
        let fleets = registry::functions().map(|function| {
            let fleet = Fleet::new(stack.starter(function), instances);
            (function.name(), fleet)
        });
        Self::Here(fleets.collect())
    }

    /// Starts every instance that there is to be, and has it rehearse as it would in Lambda.
    pub(crate) async fn warm(&self) -> Result<(), OpenError> {
        let Self::Here(fleets) = self else {
            return Ok(());
        };
        for fleet in fleets.values() {
            let Instances::Shared { all, .. } = &fleet.instances else {
                continue;
            };
            for instance in all {
                let running = instance.get_or_try_init(|| fleet.starter.start()).await?;
                running.rehearse().await;
            }
        }
        Ok(())
    }

    /// Puts new instances in the place of those that wait, as a deployment does.
    pub(crate) fn replace(&self) {
        let Self::Here(fleets) = self else { return };
        for fleet in fleets.values() {
            if let Instances::Apart(waiting) = &fleet.instances {
                locked(waiting).clear();
            }
        }
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
    fn new(starter: Starter, instances: usize) -> Self {
        Self {
            timeout: Duration::from_secs(starter.function().timeout_s.into()),
            starter,
            instances: match instances {
                0 => Instances::Apart(Mutex::default()),
                _ => Instances::Shared {
                    all: (0..instances).map(|_| OnceCell::new()).collect(),
                    turn: AtomicUsize::new(0),
                },
            },
        }
    }

    async fn start(&self) -> Result<Box<dyn Running>, InvokeError> {
        let started = self.starter.start().await;
        started.map_err(|error| InvokeError::Failed(error.to_string()))
    }

    async fn invoke(&self, event: String) -> Result<String, InvokeError> {
        let faults = self.starter.faults();
        let name = self.starter.function().name();
        let fate = faults.fate(&name);
        if !fate.late.is_zero() {
            tokio::time::sleep(fate.late).await;
        }
        let event = faults.handed(&name, event);
        let mut answer = self.handle(event.clone()).await;
        if fate.twice {
            answer = self.handle(event.clone()).await;
        }
        if fate.unheard {
            answer = Err(InvokeError::Failed("its answer was lost".to_owned()));
        }
        faults.answered(&name, &event, answer)
    }

    async fn handle(&self, event: String) -> Result<String, InvokeError> {
        self.starter.count_invocation();
        let event = RawValue::from_string(event)
            .map_err(|error| InvokeError::NotJson(error.to_string()))?;
        match &self.instances {
            Instances::Shared { all, turn } => {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                let instance = all
                    .get(turn % all.len().max(1))
                    .ok_or_else(|| InvokeError::Failed("it has no instance".to_owned()))?;
                let instance = instance.get_or_try_init(|| self.start()).await?;
                self.live(instance.as_ref(), event).await
            }
            Instances::Apart(waiting) => {
                let rested = locked(waiting).pop();
                let instance = match rested {
                    Some(instance) => instance,
                    None => self.start().await?,
                };
                let answer = self.live(instance.as_ref(), event).await;
                // One that was stopped on the way is gone.
                if answer.is_ok() {
                    locked(waiting).push(instance);
                }
                answer
            }
        }
    }

    async fn live(
        &self,
        instance: &dyn Running,
        event: Box<RawValue>,
    ) -> Result<String, InvokeError> {
        let work = tokio::time::timeout(self.timeout, instance.invoke(event));
        match Life::of(work).await {
            Some(Ok(Ok(answer))) => Ok(answer.get().to_owned()),
            Some(Ok(Err(crash))) => Err(InvokeError::Failed(crash.to_string())),
            Some(Err(_)) => Err(InvokeError::TimedOut),
            None => Err(InvokeError::Failed("it has died".to_owned())),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
