//! A stand-in for Stripe, written from its public documentation: <https://docs.stripe.com/api> for the
//! objects and their moves, <https://docs.stripe.com/testing> for what its test cards do,
//! <https://docs.stripe.com/api/idempotent_requests> for keys. It answers in this process, beneath the
//! adapter that is deployed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

type Form = BTreeMap<String, String>;
type Reply = (u16, Value);

/// A means of payment that takes its time.
pub(crate) const BANK: &str = "pm_usBankAccount_success";

/// How long a reply takes that never comes.
const FOR_EVER: Duration = Duration::from_secs(600);

/// Stripe, as far as one account sees it.
#[derive(Clone, Default)]
pub(crate) struct StandIn(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    intents: BTreeMap<String, Value>,
    refunds: Vec<Value>,
    disputes: Vec<Value>,
    /// The status that refunds begin with, unless they are made at once.
    refunds_begin: Option<&'static str>,
    /// What was answered under a key, and to what.
    keys: BTreeMap<String, (String, Form, Reply)>,
    /// The end of the path of requests that are carried out and not answered.
    silent_on: Option<String>,
    /// How many requests still find it overloaded.
    busy_for: u32,
    /// Every request, as `POST /v1/...`.
    seen: Vec<String>,
}

impl StandIn {
    pub(crate) fn connector(&self) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on requests whose path ends so are carried out, and never answered.
    pub(crate) fn silent_on(&self, end: Option<&str>) {
        self.state().silent_on = end.map(str::to_owned);
    }

    /// The next requests are turned away: there are too many.
    pub(crate) fn busy_for(&self, requests: u32) {
        self.state().busy_for = requests;
    }

    /// The payment intents that there are.
    pub(crate) fn intents(&self) -> Vec<Value> {
        self.state().intents.values().cloned().collect()
    }

    /// The intent of a payment.
    pub(crate) fn intent_of(&self, payment: &str) -> Value {
        let mut intents = self.intents().into_iter();
        let found = intents.find(|intent| intent["metadata"]["paymentId"] == payment);
        found.expect("an intent")
    }

    /// Whatever happens there, an intent now stands like that.
    pub(crate) fn stands(&self, id: &str, fields: &Value) {
        let mut state = self.state();
        let intent = state.intents.get_mut(id).expect("an intent");
        for (name, value) in fields.as_object().expect("fields") {
            intent[name.as_str()] = value.clone();
        }
    }

    /// The status of refunds from now on, when they are made.
    pub(crate) fn refunds_begin(&self, status: &'static str) {
        self.state().refunds_begin = Some(status);
    }

    /// The refund of an intent, which now stands like that.
    pub(crate) fn refund_stands(&self, id: &str, status: &str) -> Value {
        let mut state = self.state();
        let mut refunds = state.refunds.iter_mut();
        let refund = refunds.find(|refund| refund["payment_intent"] == id);
        let refund = refund.expect("a refund");
        refund["status"] = json!(status);
        refund.clone()
    }

    /// The one intent there is.
    pub(crate) fn intent(&self) -> Value {
        let intents = self.intents();
        assert_eq!(intents.len(), 1, "{intents:#?}");
        intents[0].clone()
    }

    pub(crate) fn refunds(&self) -> Vec<Value> {
        self.state().refunds.clone()
    }

    /// How many requests were sent to paths that end so.
    pub(crate) fn seen(&self, end: &str) -> usize {
        let state = self.state();
        state.seen.iter().filter(|it| it.ends_with(end)).count()
    }

    /// The customer comes back from their bank.
    pub(crate) fn authenticate(&self, id: &str, success: bool) {
        let mut state = self.state();
        let intent = state.intents.get_mut(id).expect("an intent");
        assert_eq!(intent["status"], "requires_action");
        intent["next_action"] = Value::Null;
        if success {
            take(intent);
        } else {
            intent["status"] = json!("requires_payment_method");
            intent["last_payment_error"] = json!({
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
            });
        }
    }

    /// Somebody refunds in the dashboard.
    pub(crate) fn refund_by_hand(&self, id: &str, amount: i64) {
        let mut form = Form::new();
        form.insert("payment_intent".to_owned(), id.to_owned());
        form.insert("amount".to_owned(), amount.to_string());
        assert_eq!(self.state().refund(&form).0, 200);
    }

    /// The customer's bank sends a refund back. It may do so days after it was made.
    pub(super) fn refund_comes_back(&self, id: &str) {
        let mut state = self.state();
        let refund = state.refunds.iter_mut().find(|it| it["id"] == id);
        let refund = refund.expect("a refund");
        refund["status"] = json!("failed");
        refund["failure_reason"] = json!("lost_or_stolen_card");
    }

    /// The customer's bank disputes a charge; a second time, with how it ended.
    pub(crate) fn dispute(&self, id: &str, status: &str) -> Value {
        let mut state = self.state();
        let intent = state.intents.get_mut(id).expect("an intent");
        intent["latest_charge"]["disputed"] = json!(true);
        let dispute = json!({
            "id": "dp_1",
            "object": "dispute",
            "amount": intent["amount"],
            "currency": intent["currency"],
            "payment_intent": id,
            "reason": "fraudulent",
            "status": status,
        });
        state.disputes = vec![dispute.clone()];
        dispute
    }

    async fn answer(&self, asked: Asked) -> Reply {
        // A network always waits.
        tokio::task::yield_now().await;
        let (reply, silent) = {
            let mut state = self.state();
            state.seen.push(format!("{} {}", asked.method, asked.path));
            let reply = state.reply(&asked);
            let end = state.silent_on.as_deref();
            (reply, end.is_some_and(|end| asked.path.ends_with(end)))
        };
        if silent {
            tokio::time::sleep(FOR_EVER).await;
        }
        reply
    }
}

/// A request, read.
struct Asked {
    method: String,
    path: String,
    form: Form,
    key: Option<String>,
    bearer: Option<String>,
    version: Option<String>,
}

fn read(request: &HttpRequest) -> Asked {
    let (uri, query) = match request.uri().split_once('?') {
        Some((uri, query)) => (uri, query.as_bytes()),
        None => (request.uri(), &[][..]),
    };
    let body = request.body().bytes().unwrap_or_default();
    let pairs = form_urlencoded::parse(query).chain(form_urlencoded::parse(body));
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    Asked {
        method: request.method().to_owned(),
        path: uri.trim_start_matches("https://stripe.invalid").to_owned(),
        form: pairs
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect(),
        key: header("idempotency-key"),
        bearer: header("authorization"),
        version: header("stripe-version"),
    }
}

fn error(status: u16, kind: &str, code: &str) -> Reply {
    let message = format!("This is the message of {code}.");
    let error = json!({ "error": { "type": kind, "code": code, "message": message } });
    (status, error)
}

fn unexpected_state() -> Reply {
    error(
        400,
        "invalid_request_error",
        "payment_intent_unexpected_state",
    )
}

/// The money of an intent is taken, or set aside.
fn take(intent: &mut Value) {
    intent["latest_charge"] = json!({ "id": "ch_1", "object": "charge", "disputed": false });
    if intent["capture_method"] == "manual" {
        intent["status"] = json!("requires_capture");
        intent["amount_capturable"] = intent["amount"].clone();
    } else {
        intent["status"] = json!("succeeded");
        intent["amount_received"] = intent["amount"].clone();
    }
}

impl State {
    fn reply(&mut self, asked: &Asked) -> Reply {
        if asked.bearer.as_deref() != Some("Bearer sk_test_local") {
            return error(401, "invalid_request_error", "api_key_invalid");
        }
        assert!(asked.version.is_some(), "the version of the API is pinned");
        if self.busy_for > 0 {
            self.busy_for -= 1;
            return error(429, "invalid_request_error", "rate_limit");
        }
        if asked.method == "GET" {
            return self.get(asked);
        }
        let key = asked.key.clone().expect("every change has its key");
        if let Some((path, form, reply)) = self.keys.get(&key) {
            let same = *path == asked.path && *form == asked.form;
            return match same {
                true => reply.clone(),
                false => error(400, "idempotency_error", "idempotency_key_in_use"),
            };
        }
        let reply = self.post(asked);
        let made = (asked.path.clone(), asked.form.clone(), reply.clone());
        self.keys.insert(key, made);
        reply
    }

    fn get(&self, asked: &Asked) -> Reply {
        let of = |objects: &[Value]| {
            let intent = asked.form.get("payment_intent").expect("a payment intent");
            let mut data: Vec<Value> = objects.to_vec();
            // The latest comes first.
            data.reverse();
            data.retain(|object| object["payment_intent"] == intent.as_str());
            (
                200,
                json!({ "object": "list", "has_more": false, "data": data }),
            )
        };
        match asked.path.as_str() {
            "/v1/refunds" => of(&self.refunds),
            "/v1/disputes" => of(&self.disputes),
            path => {
                let id = path.trim_start_matches("/v1/payment_intents/");
                match self.intents.get(id) {
                    Some(intent) => (200, intent.clone()),
                    None => error(404, "invalid_request_error", "resource_missing"),
                }
            }
        }
    }

    fn post(&mut self, asked: &Asked) -> Reply {
        let steps: Vec<&str> = asked.path.trim_start_matches("/v1/").split('/').collect();
        match steps.as_slice() {
            ["payment_intents"] => self.create(&asked.form),
            ["refunds"] => self.refund(&asked.form),
            ["payment_intents", id, verb] => {
                let Some(intent) = self.intents.get_mut(*id) else {
                    return error(404, "invalid_request_error", "resource_missing");
                };
                match *verb {
                    "confirm" => confirm(intent, &asked.form),
                    "capture" => {
                        let reply = capture(intent, &asked.form);
                        self.let_go(id);
                        reply
                    }
                    "cancel" => cancel(intent),
                    other => panic!("Stripe knows no {other}"),
                }
            }
            other => panic!("Stripe knows no {other:?}"),
        }
    }

    fn create(&mut self, form: &Form) -> Reply {
        let id = format!("pi_{}", self.intents.len() + 1);
        let text = |name: &str| form.get(name).cloned().unwrap_or_default();
        let method = text("payment_method");
        if method != BANK && !method.starts_with("pm_card_") {
            return error(400, "invalid_request_error", "resource_missing");
        }
        let amount: i64 = text("amount").parse().expect("an amount");
        let intent = json!({
            "id": id,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "currency": text("currency"),
            "payment_method": text("payment_method"),
            "capture_method": text("capture_method"),
            "status": "requires_confirmation",
            "metadata": {
                "orderId": text("metadata[orderId]"),
                "paymentId": text("metadata[paymentId]"),
            },
            "next_action": null,
            "last_payment_error": null,
            "latest_charge": null,
        });
        self.intents.insert(id, intent.clone());
        (200, intent)
    }

    /// What a partial capture did not take is listed as a refund too.
    fn let_go(&mut self, id: &str) {
        let intent = &self.intents[id];
        let of = |name: &str| intent[name].as_i64().unwrap_or(0);
        let untaken = of("amount") - of("amount_received");
        if intent["status"] != "succeeded" || untaken == 0 {
            return;
        }
        self.refunds.push(json!({
            "id": format!("re_{}", self.refunds.len() + 1),
            "object": "refund",
            "amount": untaken,
            "created": self.refunds.len(),
            "currency": intent["currency"],
            "payment_intent": id,
            "status": "succeeded",
            "metadata": {},
        }));
    }

    fn refund(&mut self, form: &Form) -> Reply {
        let id = form.get("payment_intent").expect("a payment intent");
        let intent = self.intents.get(id).expect("an intent");
        let amount: i64 = form["amount"].parse().expect("an amount");
        let returned: i64 = self
            .refunds
            .iter()
            .filter(|refund| refund["payment_intent"] == id.as_str())
            .filter(|refund| refund["status"] != "failed")
            .filter_map(|refund| refund["amount"].as_i64())
            .sum();
        if returned + amount > intent["amount"].as_i64().unwrap_or(0) {
            return error(400, "invalid_request_error", "charge_already_refunded");
        }
        let mut metadata = serde_json::Map::new();
        for name in ["refundId", "paymentId", "reason"] {
            if let Some(value) = form.get(&format!("metadata[{name}]")) {
                metadata.insert(name.to_owned(), json!(value));
            }
        }
        let refund = json!({
            "id": format!("re_{}", self.refunds.len() + 1),
            "object": "refund",
            "amount": amount,
            "created": self.refunds.len(),
            "currency": intent["currency"],
            "payment_intent": id,
            "status": self.refunds_begin.unwrap_or("succeeded"),
            "metadata": metadata,
        });
        self.refunds.push(refund.clone());
        (200, refund)
    }
}

fn confirm(intent: &mut Value, form: &Form) -> Reply {
    assert!(form.contains_key("return_url"), "redirects lead back");
    if intent["status"] != "requires_confirmation" {
        return unexpected_state();
    }
    let decline = |intent: &mut Value, decline_code: &str| {
        let told = json!({
            "type": "card_error",
            "code": "card_declined",
            "decline_code": decline_code,
        });
        intent["status"] = json!("requires_payment_method");
        intent["last_payment_error"] = told.clone();
        (402, json!({ "error": told }))
    };
    match intent["payment_method"].as_str().unwrap_or_default() {
        "pm_card_chargeDeclined" => return decline(intent, "generic_decline"),
        "pm_card_chargeDeclinedInsufficientFunds" => return decline(intent, "insufficient_funds"),
        // A debit of a bank account takes days.
        BANK => intent["status"] = json!("processing"),
        "pm_card_threeDSecureRequired" => {
            intent["status"] = json!("requires_action");
            intent["next_action"] = json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "url": "https://hooks.stripe.invalid/3d_secure" },
            });
        }
        _ => take(intent),
    }
    (200, intent.clone())
}

fn capture(intent: &mut Value, form: &Form) -> Reply {
    if intent["status"] != "requires_capture" {
        return unexpected_state();
    }
    let amount: i64 = form["amount_to_capture"].parse().expect("an amount");
    if amount > intent["amount_capturable"].as_i64().unwrap_or(0) {
        return error(400, "invalid_request_error", "amount_too_large");
    }
    // What is not taken at once is let go of.
    intent["status"] = json!("succeeded");
    intent["amount_received"] = json!(amount);
    intent["amount_capturable"] = json!(0);
    (200, intent.clone())
}

fn cancel(intent: &mut Value) -> Reply {
    if intent["status"] == "succeeded" || intent["status"] == "canceled" {
        return unexpected_state();
    }
    intent["status"] = json!("canceled");
    intent["amount_capturable"] = json!(0);
    (200, intent.clone())
}

impl HttpConnector for StandIn {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (stripe, asked) = (self.clone(), read(&request));
        HttpConnectorFuture::new(async move {
            let (status, body) = stripe.answer(asked).await;
            let status = status.try_into().expect("a status");
            Ok(HttpResponse::new(status, SdkBody::from(body.to_string())))
        })
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StandIn")
    }
}
