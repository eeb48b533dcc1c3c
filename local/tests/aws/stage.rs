//! What the tests share: a small cloud, a clock that is moved by hand, SDK clients.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_async::rt::sleep::TokioSleep;
use domain::clock::{Clock, Timestamp};
use local::aws::{
    Access, Cloud, CloudConfig, DeadLetters, Fault, Faults, Gate, IndexSpec, Projection, QueueSpec,
    TableSpec,
};

pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const ACCOUNT: &str = "123456789012";

/// A clock that stands still until it is moved.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_790_000_000_000)))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn seconds(&self) -> i64 {
        self.0.load(Ordering::SeqCst) / 1000
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Allows everything.
pub(crate) struct Open;

impl Gate for Open {
    fn check(&self, _function: &str, _access: &Access) -> bool {
        true
    }
}

/// Allows everything but one action.
pub(crate) struct Without(pub(crate) &'static str);

impl Gate for Without {
    fn check(&self, _function: &str, access: &Access) -> bool {
        access.action != self.0
    }
}

/// The given faults, one per call, then none.
pub(crate) struct Script(Mutex<Vec<Fault>>);

impl Script {
    pub(crate) fn new(faults: impl IntoIterator<Item = Fault>) -> Arc<Self> {
        let mut faults: Vec<_> = faults.into_iter().collect();
        faults.reverse();
        Arc::new(Self(Mutex::new(faults)))
    }
}

impl Faults for Script {
    fn before(&self, _function: &str, _operation: &str) -> Fault {
        self.0.lock().unwrap().pop().unwrap_or_default()
    }
}

/// A cloud with one table `orders` and one queue `work` with the dead-letter queue `work-dead`.
pub(crate) async fn cloud(data: Option<PathBuf>, clock: Arc<HandClock>) -> Arc<Cloud> {
    let cloud = Cloud::open(CloudConfig {
        snapshot: None,
        data,
        clock,
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        sqs_port: 9324,
        secrets: BTreeMap::from([("signing-key".to_owned(), "s3cret".to_owned())]),
    })
    .unwrap();
    cloud
        .create_table(&TableSpec {
            name: "orders".to_owned(),
            indexes: vec![IndexSpec {
                name: "due".to_owned(),
                pk: "duePk".to_owned(),
                sk: "dueSk".to_owned(),
                projection: Projection::KeysOnly,
            }],
            stream: true,
        })
        .unwrap();
    for (name, dead_letters) in [("work-dead", None), ("work", Some("work-dead"))] {
        cloud
            .create_queue(&QueueSpec {
                name: name.to_owned(),
                visibility_timeout_s: 30,
                delay_s: 0,
                dead_letters: dead_letters.map(|queue| DeadLetters {
                    queue: queue.to_owned(),
                    max_receive_count: 2,
                }),
            })
            .await
            .unwrap();
    }
    cloud
}

/// A cloud in memory.
pub(crate) async fn fresh() -> Arc<Cloud> {
    cloud(None, HandClock::new()).await
}

/// Builds the client of an SDK crate on top of a cloud.
macro_rules! client {
    ($name:ident, $sdk:ident) => {
        pub(crate) fn $name(cloud: &Arc<Cloud>, gate: impl Gate + 'static) -> $sdk::Client {
            let config = $sdk::Config::builder()
                .behavior_version_latest()
                .region(Region::new(REGION))
                .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
                .sleep_impl(TokioSleep::new())
                .retry_config(RetryConfig::disabled())
                .http_client(cloud.connector("orders-create", Arc::new(gate)))
                .build();
            $sdk::Client::from_conf(config)
        }
    };
}

client!(dynamodb, aws_sdk_dynamodb);
client!(sqs, aws_sdk_sqs);
client!(ses, aws_sdk_sesv2);
client!(secrets, aws_sdk_secretsmanager);

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Puts an item with one attribute beside its keys.
pub(crate) async fn put(client: &aws_sdk_dynamodb::Client, sk: &str, total: i64) {
    client
        .put_item()
        .table_name("orders")
        .item("pk", s("order"))
        .item("sk", s(sk))
        .item("cents", n(total))
        .send()
        .await
        .unwrap();
}

/// The attribute that [`put`] writes.
pub(crate) async fn total(client: &aws_sdk_dynamodb::Client, sk: &str) -> Option<AttributeValue> {
    client
        .get_item()
        .table_name("orders")
        .key("pk", s("order"))
        .key("sk", s(sk))
        .send()
        .await
        .unwrap()
        .item
        .and_then(|mut item| item.remove("cents"))
}
