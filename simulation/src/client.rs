//! Those who call the shop, over a network that loses what they say and what they hear.

use std::sync::Arc;
use std::time::Duration;

use data_encoding::HEXLOWER;
use domain::clock::Timestamp;
use domain::id::{SessionId, UserId};
use edge::token::{LIFETIME, TokenSigner};
use local::Store;
use local::options::PROVIDER_SECRET;
use local::seed::ADMIN;
use ring::hmac;
use serde_json::Value;
use store::Need;
use store::users::{self, Users};
use tokio::sync::Mutex;

use crate::trace::Trace;
use crate::weather::{Kind, Weather};

/// How often somebody says the same again before they give up.
const TRIES: u32 = 6;
/// How long they wait before they do.
const PAUSE: Duration = Duration::from_secs(4);
/// How long they wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the shop answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// For how long one is told to wait before asking again.
    pub(crate) retry_after: Option<Duration>,
}

impl Answer {
    pub(crate) fn text(&self, pointer: &str) -> Option<String> {
        let found = self.body.pointer(pointer).and_then(Value::as_str);
        found.map(str::to_owned)
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// Anybody.
    Nobody,
    /// The holder of a token of an order or a cart.
    Holder(String),
    /// The owner of an account.
    Account(UserId),
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) if_match: Option<String>,
    pub(crate) body: Value,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        Self::new("GET", path, Value::Null)
    }

    pub(crate) fn post(path: &str, body: Value) -> Self {
        Self::new("POST", path, body)
    }

    pub(crate) fn new(method: &'static str, path: &str, body: Value) -> Self {
        Self {
            method,
            path: path.to_owned(),
            key: None,
            if_match: None,
            body,
        }
    }

    pub(crate) fn key(self, key: &str) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..self
        }
    }

    /// Whatever the version is.
    pub(crate) fn any_version(self) -> Self {
        Self {
            if_match: Some("*".to_owned()),
            ..self
        }
    }
}

/// The way to the shop.
pub(crate) struct Network {
    pub(crate) store: Arc<Store>,
    pub(crate) weather: Arc<Weather>,
    pub(crate) trace: Arc<Trace>,
    signer: TokenSigner,
    users: Users<users::Read>,
    tokens: Mutex<Vec<(UserId, Timestamp, String)>>,
}

impl Network {
    pub(crate) async fn to(store: Arc<Store>, weather: Arc<Weather>, trace: Arc<Trace>) -> Self {
        let wiring = store.wiring().expect("the store's own handles");
        Self {
            signer: TokenSigner::wire(&wiring).await.expect("a signing secret"),
            users: Users::wire(&wiring).await.expect("the users' table"),
            store,
            weather,
            trace,
            tokens: Mutex::default(),
        }
    }

    /// Asks once. Nothing if the request or its answer was lost on the way.
    pub(crate) async fn ask(&self, who: &Who, ask: &Ask) -> Option<Answer> {
        if self.weather.strikes(Kind::ClientRequestLost, 15) {
            return None;
        }
        let answer = tokio::time::timeout(PATIENCE, self.send(who, ask)).await;
        if self.weather.strikes(Kind::ClientAnswerLost, 20) {
            return None;
        }
        answer.ok()
    }

    /// Asks until there is an answer that is worth having, as well-behaved clients do.
    pub(crate) async fn insist(&self, who: &Who, ask: &Ask) -> Option<Answer> {
        for _ in 0..TRIES {
            match self.ask(who, ask).await {
                Some(answer) if !is_passing(&answer) => return Some(answer),
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
        None
    }

    /// All that is listed at a path, as staff see it.
    pub(crate) async fn list(&self, path: &str) -> Vec<Value> {
        let admin = Who::Account(ADMIN.id);
        let mut all = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.insist(&admin, &Ask::get(&path)).await;
            let Some(page) = page else { break };
            all.extend(page.body["data"].as_array().cloned().unwrap_or_default());
            next = page.text("/links/next");
        }
        all
    }

    /// Posts as the payment provider does.
    pub(crate) async fn report(&self, body: &Value) {
        let body = body.to_string();
        let shared: Value = serde_json::from_str(PROVIDER_SECRET).unwrap_or_default();
        let secret = shared["webhookSecrets"][0].as_str().unwrap_or_default();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let signature = HEXLOWER.encode(hmac::sign(&key, body.as_bytes()).as_ref());
        let headers = [
            ("content-type".to_owned(), "application/json".to_owned()),
            ("souk-test-signature".to_owned(), signature),
        ];
        let path = "/api/v1/payment-webhooks/test";
        self.store
            .request("POST", path, &headers, body.as_bytes())
            .await;
    }

    async fn send(&self, who: &Who, ask: &Ask) -> Answer {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        if let Some(token) = self.token(who).await {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if let Some(key) = &ask.key {
            headers.push(("idempotency-key".to_owned(), key.clone()));
        }
        if let Some(version) = &ask.if_match {
            headers.push(("if-match".to_owned(), version.clone()));
        }
        let body = match &ask.body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        let response = self
            .store
            .request(ask.method, &ask.path, &headers, &body)
            .await;
        let retry_after = response.header("retry-after");
        Answer {
            status: response.status,
            retry_after: retry_after
                .and_then(|seconds| Some(Duration::from_secs(seconds.parse().ok()?))),
            body: serde_json::from_slice(&response.body).unwrap_or(Value::Null),
        }
    }

    async fn token(&self, who: &Who) -> Option<String> {
        let account = match who {
            Who::Nobody => return None,
            Who::Holder(token) => return Some(token.clone()),
            Who::Account(account) => *account,
        };
        let mut tokens = self.tokens.lock().await;
        let now = self.store.now();
        tokens.retain(|(_, made, _)| now.since(*made) < LIFETIME / 2);
        if let Some((_, _, token)) = tokens.iter().find(|(of, _, _)| *of == account) {
            return Some(token.clone());
        }
        let token = self.sign(account).await;
        tokens.push((account, now, token.clone()));
        Some(token)
    }

    async fn sign(&self, account: UserId) -> String {
        let user = self.users.find(account).await.expect("the users' table");
        let user = user.expect("an account");
        let stamp = self.store.stamp();
        let session = SessionId::new(stamp.now, stamp.entropy.as_ref());
        let signed = self.signer.sign(&user, session, stamp.now).await;
        signed.expect("a token")
    }
}

/// Whether it is worth asking once more.
fn is_passing(answer: &Answer) -> bool {
    let code = answer.body["code"].as_str().unwrap_or_default();
    answer.status >= 500
        || answer.status == 429
        || matches!(code, "idempotency_in_flight" | "conflict")
}
