//! What Stripe posts to the shop: whenever, however often, and in whatever order it comes.

use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::{Value, json};

use super::{CARD, THREE_D, paid, shop, unpaid};
use crate::shop::{Answer, Shop};

const SECRET: &str = "whsec_local";
const PATH: &str = "/api/v1/payment-webhooks/stripe";

fn signature(at: i64, body: &str, secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = hmac::sign(&key, format!("{at}.{body}").as_bytes());
    HEXLOWER.encode(signed.as_ref())
}

async fn send(shop: &Shop, header: &str, body: &str) -> Answer {
    let ask = shop.anybody().ask("POST", PATH);
    ask.header("stripe-signature", header)
        .bytes("application/json; charset=utf-8", body.as_bytes())
        .send()
        .await
}

fn event(object: &Value) -> String {
    let kind = object["object"].as_str().unwrap_or_default();
    json!({
        "id": "evt_1",
        "object": "event",
        "type": format!("{kind}.updated"),
        "data": {"object": object},
    })
    .to_string()
}

fn now(shop: &Shop) -> i64 {
    shop.store.now().as_seconds()
}

/// Posts that an object has changed, as it now is.
pub(crate) async fn post(shop: &Shop, object: &Value) -> Answer {
    let (body, at) = (event(object), now(shop));
    let header = format!("t={at},v1={}", signature(at, &body, SECRET));
    send(shop, &header, &body).await
}

#[tokio::test(start_paused = true)]
async fn forged_and_stale_ones_are_not_heard() {
    let (shop, stripe) = shop().await;
    paid(&shop).await;
    let (body, at) = (event(&stripe.intent()), now(&shop));
    let good = signature(at, &body, SECRET);
    let old = at - 301;
    let early = at + 301;
    for header in [
        String::new(),
        "nonsense".to_owned(),
        format!("v1={good}"),
        format!("t={at},v1={}", signature(at, &body, "whsec_another")),
        format!("t={at},v0={good}"),
        format!("t={},v1={good}", at - 1),
        format!("t={at},v1={}", &good[..62]),
        format!("t={old},v1={}", signature(old, &body, SECRET)),
        format!("t={early},v1={}", signature(early, &body, SECRET)),
    ] {
        let answer = send(&shop, &header, &body).await;
        assert_eq!(answer.status, 400, "{header}: {answer:?}");
        assert_eq!(answer.code(), "invalid_signature");
    }
    let changed = body.replace("succeeded", "canceled");
    let header = format!("t={at},v1={good}");
    assert_eq!(send(&shop, &header, &changed).await.status, 400);
    let queue = shop.queue("payments-reconcile-payment").await;
    assert_eq!(queue["visible"], 0);
}

#[tokio::test(start_paused = true)]
async fn secrets_can_be_changed_one_after_the_other() {
    let (shop, stripe) = shop().await;
    paid(&shop).await;
    let (body, at) = (event(&stripe.intent()), now(&shop));
    let wrong = signature(at, &body, "whsec_gone");
    let next = signature(at, &body, "whsec_local_next");
    let header = format!("t={at},v1={wrong},v1={next},v0=abc");
    assert_eq!(send(&shop, &header, &body).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn what_does_not_concern_the_shop_is_heard_and_left() {
    let (shop, stripe) = shop().await;
    paid(&shop).await;
    let mut foreign = stripe.intent();
    foreign["metadata"] = json!({});
    for object in [json!({"object": "balance", "id": "b"}), foreign] {
        let answer = post(&shop, &object).await;
        assert_eq!(answer.json()["data"]["relevant"], false, "{answer:?}");
    }
    assert_eq!(
        shop.anybody()
            .post("/api/v1/payment-webhooks/test", &json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test(start_paused = true)]
async fn repeated_and_outdated_ones_change_nothing() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    let waiting = customer.pay(&order, THREE_D).await;
    let before = stripe.intent();
    stripe.authenticate(before["id"].as_str().expect("an id"), true);
    let after = stripe.intent();
    for object in [&after, &after, &before, &after, &before] {
        assert_eq!(post(&shop, object).await.status, 200);
    }
    shop.settle().await;
    let path = format!("/api/v1/payments/{}", waiting.text("/data/id"));
    let settled = customer.get(&path).await;
    assert_eq!(settled.text("/data/status"), "captured");
    post(&shop, &before).await;
    shop.settle().await;
    assert_eq!(
        customer.get(&path).await.json()["data"],
        settled.json()["data"]
    );
    let succeeded = shop.events().await;
    let succeeded = succeeded
        .iter()
        .filter(|it| it["type"] == "PaymentSucceeded");
    assert_eq!(succeeded.count(), 1);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn one_that_comes_before_the_reply_does_no_harm() {
    let (shop, stripe) = shop().await;
    let (customer, order) = unpaid(&shop).await;
    stripe.silent_on(Some("/confirm"));
    let (paid, ()) = tokio::join!(customer.pay(&order, CARD), async {
        while stripe
            .intents()
            .iter()
            .all(|it| it["status"] != "succeeded")
        {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(post(&shop, &stripe.intent()).await.status, 200);
        shop.settle().await;
    });
    assert_eq!(paid.status, 201, "{paid:?}");
    assert_eq!(paid.text("/data/status"), "captured");
    shop.settle().await;
    assert_eq!(shop.order(&order).await["status"], "confirmed");
    assert_eq!(stripe.seen("/confirm"), 1);
}
