//! What the tests share: a store on sockets, with a clock that is moved by hand, and its operator.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::clock::{Clock, Timestamp};
use local::{Options, Store};
use operate::Report;
use operate::cli::{self, Command};
use serde_json::{Map, Value, json};
use store::env::Env;
use tokio::net::TcpListener;
use tokio::sync::watch;

const GUEST: &str = "guest@example.com";

/// A clock that stands still until it is moved. Unlike [`Store::advance`], that wakes no sweeper.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn advance_minutes(&self, minutes: i64) {
        self.0.fetch_add(minutes * 60_000, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A store that other processes reach, and where nothing happens by itself.
pub(crate) struct Shop {
    pub(crate) store: Arc<Store>,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) url: String,
    _tell: watch::Sender<bool>,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let (gateway, dynamodb, sqs) = (listen().await, listen().await, listen().await);
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{}", port(&gateway));
        let usual = Options::for_tests();
        let clock = Arc::new(HandClock(AtomicI64::new(usual.clock.now().as_millis())));
        let options = Options {
            clock: clock.clone(),
            url: url.clone(),
            dynamodb_port: port(&dynamodb),
            sqs_port: port(&sqs),
            ..usual
        };
        let store = Store::open(options).await.expect("the store opens");
        let (tell, stop) = watch::channel(false);
        tokio::spawn(store.cloud().clone().serve(dynamodb, sqs));
        tokio::spawn(store.clone().serve(gateway, stop));
        Self {
            store,
            clock,
            url,
            _tell: tell,
        }
    }

    /// What the operator is told, who types this line.
    pub(crate) async fn operate(&self, line: &str) -> Result<Report, String> {
        operate(&format!("{line} --local {}", self.url)).await
    }

    /// The rows that the operator is shown, who types this line.
    pub(crate) async fn rows(&self, line: &str) -> Vec<Map<String, Value>> {
        let report = self.operate(line).await.expect("it is done");
        report.rows().to_vec()
    }

    /// A guest's order that the shop is to charge, and its id.
    pub(crate) async fn order(&self) -> String {
        self.order_with(&json!({})).await
    }

    /// The same, with some members of the body as they are given.
    pub(crate) async fn order_with(&self, members: &Value) -> String {
        let mut body = json!({
            "items": [{"sku": local::seed::SKU, "quantity": 1}],
            "email": GUEST,
            "paymentMethod": "pm_test_ok",
            "shippingAddress": {
                "name": "Guest",
                "line1": "1 High Street",
                "city": "Dublin",
                "postalCode": "D01 F5P2",
                "country": "IE",
            },
        });
        let headers = [
            ("Idempotency-Key", "one"),
            ("Content-Type", "application/json"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        for (name, value) in members.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let body = body.to_string();
        let placed = self
            .store
            .request("POST", "/api/v1/orders", &headers, body.as_bytes())
            .await;
        let placed: Value = serde_json::from_slice(&placed.body).unwrap();
        placed["data"]["id"].as_str().expect("an order").to_owned()
    }

    /// Where the store says that its services are.
    pub(crate) async fn endpoints(&self) -> Value {
        let path = "/_local/endpoints";
        let told = self.store.request("GET", path, &[], b"").await;
        let told: Value = serde_json::from_slice(&told.body).unwrap();
        told["data"].clone()
    }

    /// How many mails the guest has got.
    pub(crate) fn mails(&self) -> usize {
        let mails = self.store.cloud().emails();
        mails.iter().filter(|mail| mail.to == GUEST).count()
    }

    /// The status of the only order.
    pub(crate) async fn status(&self) -> Value {
        let orders = self.store.request("GET", "/_local/orders", &[], b"").await;
        let orders: Value = serde_json::from_slice(&orders.body).unwrap();
        orders["data"][0]["status"].clone()
    }
}

/// What an operator is told, who types this line.
pub(crate) async fn operate(line: &str) -> Result<Report, String> {
    operate_in(line, &Env::default()).await
}

/// The same in an environment.
pub(crate) async fn operate_in(line: &str, env: &Env) -> Result<Report, String> {
    let words = line.split_whitespace().map(str::to_owned);
    let command = cli::parse(words).map_err(|misuse| misuse.to_string())?;
    let Command::Do(wish) = command else {
        panic!("{line} is a wish");
    };
    let mut report = Report::default();
    let clock = HandClock(AtomicI64::new(0));
    let done = operate::run(wish, env, &clock, &mut report).await;
    done.map_err(|failure| failure.to_string())?;
    Ok(report)
}

pub(crate) async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}
