//! Lambda's Runtime API for one function: gives out events one at a time, takes the answers, and notes when
//! either happened.
//!
//! Source: AWS Lambda Developer Guide, using the Lambda runtime API for custom runtimes.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;

/// How long a function may take over anything.
const PATIENCE: Duration = Duration::from_secs(30);
/// When an invocation ends, in milliseconds since 1970: never.
const DEADLINE_MS: &str = "4102444800000";

/// What a function answered, and when.
pub(crate) struct Answer {
    pub(crate) body: Bytes,
    pub(crate) asked: Instant,
    pub(crate) answered: Instant,
}

struct Asked {
    event: Bytes,
    tell: oneshot::Sender<Answer>,
}

struct Waiting {
    events: Mutex<mpsc::Receiver<Asked>>,
    /// Told each time that the function asks for an event, for it is idle then.
    idle: mpsc::Sender<Instant>,
    under_way: Mutex<Option<(Instant, oneshot::Sender<Answer>)>>,
}

/// The Runtime API of one function.
pub(crate) struct RuntimeApi {
    pub(crate) address: SocketAddr,
    events: mpsc::Sender<Asked>,
    idle: mpsc::Receiver<Instant>,
    served: JoinHandle<()>,
}

impl RuntimeApi {
    pub(crate) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, to_give) = mpsc::channel(1);
        let (tell_idle, idle) = mpsc::channel(1);
        let waiting = Arc::new(Waiting {
            events: Mutex::new(to_give),
            idle: tell_idle,
            under_way: Mutex::new(None),
        });
        Ok(Self {
            address,
            events,
            idle,
            served: tokio::spawn(accept(listener, waiting)),
        })
    }

    /// Waits until the function asks for an event.
    pub(crate) async fn idle(&mut self) -> io::Result<Instant> {
        let asked = tokio::time::timeout(PATIENCE, self.idle.recv()).await;
        asked.ok().flatten().ok_or_else(silent)
    }

    /// Has the function deal with an event.
    pub(crate) async fn invoke(&mut self, event: Bytes) -> io::Result<Answer> {
        let (tell, answer) = oneshot::channel();
        self.events
            .send(Asked { event, tell })
            .await
            .map_err(|_| silent())?;
        let answer = tokio::time::timeout(PATIENCE, answer).await;
        answer.ok().and_then(Result::ok).ok_or_else(silent)
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.served.abort();
    }
}

fn silent() -> io::Error {
    io::Error::other("the function does not answer")
}

async fn accept(listener: TcpListener, waiting: Arc<Waiting>) {
    while let Ok((stream, _)) = listener.accept().await {
        let waiting = waiting.clone();
        // What cannot be sent at once would wait for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(move |request| respond(waiting.clone(), request));
            // The function is killed with its connections open.
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn respond(
    waiting: Arc<Waiting>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    if path.ends_with("/invocation/next") {
        return Ok(waiting.next().await);
    }
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => Bytes::new(),
    };
    let answered = Instant::now();
    if let Some((asked, tell)) = waiting.under_way.lock().await.take() {
        // An error is an answer too: whoever asked sees that it is not the one hoped for.
        let _ = tell.send(Answer {
            body,
            asked,
            answered,
        });
    }
    Ok(plain(StatusCode::ACCEPTED, Bytes::new()))
}

impl Waiting {
    async fn next(&self) -> Response<Full<Bytes>> {
        // Nobody may be interested any more.
        let _ = self.idle.send(Instant::now()).await;
        let Some(Asked { event, tell }) = self.events.lock().await.recv().await else {
            return plain(StatusCode::GONE, Bytes::new());
        };
        *self.under_way.lock().await = Some((Instant::now(), tell));
        let mut response = plain(StatusCode::OK, event);
        let headers = [
            (
                "lambda-runtime-aws-request-id",
                "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            ),
            ("lambda-runtime-deadline-ms", DEADLINE_MS),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-central-1:000000000000:function:bench",
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
            ),
        ];
        for (name, value) in headers {
            let value = hyper::header::HeaderValue::from_static(value);
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn plain(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}
