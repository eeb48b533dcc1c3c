//! Where the services of a local store are: it says so itself.

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use domain::clock::Timestamp;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use store::aws::Aws;
use store::env::{self, Env};
use store::operating::{Names, Operations, Thing};
use tokio::net::TcpStream;

use crate::failure::Failure;
use crate::shop::Shop;

/// The route that says where everything is.
const ENDPOINTS: &str = "/_local/endpoints";
/// The keys that a local store takes; it takes any.
const CREDENTIALS: &str = "local";
/// How long a store that is there may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
const HTTP_PORT: u16 = 80;

type Broken = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
struct Reply {
    data: Endpoints,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    now: Timestamp,
    region: String,
    dynamodb: Option<String>,
    sqs: Option<String>,
    tables: BTreeMap<String, String>,
    queues: BTreeMap<String, String>,
    dead_letters: BTreeMap<String, String>,
    unplaced: String,
}

/// The shop of a local store.
pub(crate) async fn open(url: &str) -> Result<Shop, Failure> {
    let asked = tokio::time::timeout(PATIENCE, ask(url)).await;
    let (status, body) = asked
        .unwrap_or_else(|_| Err("it does not answer".into()))
        .map_err(|error| Failure::NotRunning(url.to_owned(), error))?;
    let no_store = |why: String| Failure::NoStore(url.to_owned(), why);
    if status != StatusCode::OK {
        return Err(no_store(format!("{ENDPOINTS} is answered with {status}")));
    }
    let reply: Reply =
        serde_json::from_slice(&body).map_err(|error| no_store(error.to_string()))?;
    let endpoints = reply.data;
    let silent = |service: &str| no_store(format!("its {service} answers no other process"));
    let at = [
        (env::REGION, endpoints.region.clone()),
        (env::ACCESS_KEY_ID, CREDENTIALS.to_owned()),
        (env::SECRET_ACCESS_KEY, CREDENTIALS.to_owned()),
        (
            env::DYNAMODB_ENDPOINT,
            endpoints
                .dynamodb
                .clone()
                .ok_or_else(|| silent("DynamoDB"))?,
        ),
        (
            env::SQS_ENDPOINT,
            endpoints.sqs.clone().ok_or_else(|| silent("SQS"))?,
        ),
    ];
    let env = Env::new(at.map(|(var, value)| (var.name.to_owned(), value)));
    let aws = Aws::from_env(&env)?;
    Ok(Shop {
        operations: Operations::new(&aws, Names::new(|thing| endpoints.name(thing))),
        now: endpoints.now,
    })
}

impl Endpoints {
    fn name(&self, thing: Thing) -> Result<String, String> {
        let name = match thing {
            Thing::Table(table) => self.tables.get(table.name),
            Thing::Queue(queue) => self.queues.get(queue.name),
            Thing::DeadLetters(queue) => self.dead_letters.get(queue.name),
            Thing::Unplaced => Some(&self.unplaced),
        };
        name.cloned()
            .ok_or_else(|| format!("the local store does not know {thing}"))
    }
}

async fn ask(url: &str) -> Result<(StatusCode, Bytes), Broken> {
    let uri: Uri = url.parse()?;
    if uri.scheme_str() != Some("http") {
        return Err("a local store has an address such as http://127.0.0.1:9000".into());
    }
    let authority = uri.authority().ok_or("it has no host")?;
    let address = (authority.host(), authority.port_u16().unwrap_or(HTTP_PORT));
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::get(ENDPOINTS)
        .header("host", authority.as_str())
        .body(Empty::<Bytes>::new())?;
    let exchange = async {
        let (parts, body) = sender.send_request(request).await?.into_parts();
        Ok::<_, hyper::Error>((parts.status, body.collect().await?.to_bytes()))
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        done = &mut exchange => Ok(done?),
        ended = connection => {
            ended?;
            Ok(exchange.await?)
        }
    }
}
