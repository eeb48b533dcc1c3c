//! `POST /payment-webhooks/{provider}`: the test provider's reports. Stripe's are in `tests/stripe`.

use data_encoding::HEXLOWER;
use ring::hmac;
use serde_json::{Value, json};

use crate::shop::{Answer, Shop, basket};

/// Posts a body, signed with a secret.
async fn post(shop: &Shop, provider: &str, body: &Value, secret: &str) -> Answer {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signature = hmac::sign(&key, body.to_string().as_bytes());
    let path = format!("/api/v1/payment-webhooks/{provider}");
    let ask = shop.anybody().ask("POST", &path);
    ask.header("souk-test-signature", &HEXLOWER.encode(signature.as_ref()))
        .json(body)
        .send()
        .await
}

const SECRET: &str = "whsec_local";

#[tokio::test(start_paused = true)]
async fn a_report_has_the_shop_ask_and_is_not_believed() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let order = placed.text("/data/id");
    let waiting = customer.pay(&order, "pm_test_requires_action").await;
    let payment = waiting.text("/data/id");
    // Whatever it claims, the provider's books say that the customer is waited for.
    let claim = json!({"paymentId": payment, "status": "captured"});
    let heard = post(&shop, "test", &claim, SECRET).await;
    assert_eq!(heard.status, 200, "{heard:?}");
    assert_eq!(heard.json()["data"]["relevant"], true);
    shop.settle().await;
    assert_eq!(shop.payment(&payment).await["status"], "requiresAction");
    let path = format!("/_local/payments/{payment}/authenticate");
    let done = json!({"outcome": "success"});
    assert_eq!(shop.anybody().post(&path, &done).await.status, 200);
    for _ in 0..3 {
        let by_key = json!({"key": format!("{order}-1")});
        assert_eq!(post(&shop, "test", &by_key, SECRET).await.status, 200);
    }
    shop.settle().await;
    assert_eq!(shop.payment(&payment).await["status"], "captured");
    assert_eq!(shop.books_of(&order).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_know_the_secret_is_not_heard() {
    let shop = Shop::open().await;
    let body = json!({"key": "some"});
    let forged = post(&shop, "test", &body, "another secret").await;
    assert_eq!(forged.status, 400, "{forged:?}");
    assert_eq!(forged.code(), "invalid_signature");
    let path = "/api/v1/payment-webhooks/test";
    let unsigned = shop.anybody().post(path, &body).await;
    assert_eq!(unsigned.code(), "invalid_signature");
    let queue = shop.queue("payments-reconcile-payment").await;
    assert_eq!(queue["visible"], 0);
}

#[tokio::test(start_paused = true)]
async fn other_providers_are_not_there_and_other_news_are_none() {
    let shop = Shop::open().await;
    for provider in ["stripe", "elsewhere"] {
        let nobody = post(&shop, provider, &json!({}), SECRET).await;
        assert_eq!(nobody.status, 404, "{provider}");
    }
    let other = json!({"type": "balance.available"});
    let heard = post(&shop, "test", &other, SECRET).await;
    assert_eq!(heard.status, 200);
    assert_eq!(heard.json()["data"]["relevant"], false);
    // Of a payment that is another shop's.
    let foreign = json!({"paymentId": "0190a0b0-0000-7000-8000-000000000000"});
    assert_eq!(post(&shop, "test", &foreign, SECRET).await.status, 200);
    shop.settle().await;
    assert_eq!(shop.dead_letters().await, 0);
}
