//! `POST /orders/{id}/fulfilments`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::bought::{Bought, units};
use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn goods_leave_in_parcels_and_the_order_tells_how_far_they_are() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let body = json!({
        "lines": [units(mugs, 2)],
        "tracking": {"carrier": "DHL", "number": "0034", "url": "https://dhl.example/0034"},
    });
    let path = format!("{}/fulfilments", bought.path);
    let sent = bought.admin.post(&path, &body).await;
    assert_json_snapshot!(sent.snapshot());
    let place = sent.header("location").expect("a place");
    let read = bought.customer.get(place).await;
    assert_eq!(read.json()["data"], sent.json()["data"]);
    assert_eq!(read.header("etag"), sent.header("etag"));
    assert_eq!(
        bought.status().await,
        ("confirmed".to_owned(), "partiallyShipped".to_owned())
    );
    let seen = bought.seen().await;
    assert_eq!(seen["lines"][0]["shipped"], 2);
    assert_eq!(seen["fulfilments"][0]["id"], sent.json()["data"]["id"]);
    let last = seen["timeline"].as_array().and_then(|list| list.last());
    let last = last.expect("an entry");
    assert_eq!(
        (&last["type"], &last["data"]),
        (&json!("shipped"), &json!("2 units, DHL 0034"))
    );
    let rest = bought.ship(json!([units(mugs, 1), units(cup, 1)])).await;
    assert_eq!(rest.status, 201, "{rest:?}");
    assert_eq!(bought.status().await.1, "shipped");
    shop.settle().await;
    let told = bought.events("OrderShipped").await;
    assert_eq!(told.len(), 2);
    let tracked = told
        .iter()
        .find(|event| event["data"]["tracking"].is_object());
    let tracked = &tracked.expect("a parcel that can be followed")["data"];
    assert_eq!(tracked["lines"][0]["quantity"], 2);
    assert_eq!(tracked["tracking"]["number"], "0034");
    // What leaves was sold when it was paid: the stock does not move again.
    assert_eq!(bought.level("MUG").await, (17, 0, 17));
}

#[tokio::test(start_paused = true)]
async fn no_more_leaves_than_was_ordered() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let stranger = "0190a0b0-0000-7000-8000-000000000000";
    let lines = json!([
        units(mugs, 2),
        units(stranger, 1),
        units(cup, 2),
        units(mugs, 2)
    ]);
    let refused = bought.ship(lines).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (422, "validation_failed")
    );
    assert_eq!(
        refused.errors(),
        [
            "lines[1].lineId: is no line of this order",
            "lines[2].quantity: 1 of CUP can be sent, 2 are asked for",
            "lines[3].quantity: 3 of MUG can be sent, 4 are asked for",
        ]
    );
    // Of many who send the same at once, as many succeed as there are units.
    let lines = json!([units(mugs, 1)]);
    let sent = shop.all((0..6).map(|_| bought.ship(lines.clone()))).await;
    let of = |status| sent.iter().filter(|sent| sent.status == status).count();
    assert_eq!((of(201), of(422)), (3, 3), "{sent:?}");
    assert_eq!(bought.seen().await["lines"][0]["shipped"], 3);
}

#[tokio::test(start_paused = true)]
async fn only_goods_of_a_paid_order_leave() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let unpaid = bought.customer.order(&basket(&[("MUG", 1)])).await;
    let path = format!("/api/v1/orders/{}", unpaid.text("/data/id"));
    let line = unpaid.text("/data/lines/0/id");
    let body = json!({"lines": [units(&line, 1)]});
    let early = bought
        .admin
        .post(&format!("{path}/fulfilments"), &body)
        .await;
    assert_eq!(
        (early.status, early.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(
        early.errors(),
        ["status: the order is pendingPayment; it must be confirmed for that"]
    );
    assert_eq!(early.json()["details"][0]["from"], "pendingPayment");
    let cancel = format!("{path}/cancellations");
    assert_eq!(bought.customer.post(&cancel, &json!({})).await.status, 201);
    let late = bought
        .admin
        .post(&format!("{path}/fulfilments"), &body)
        .await;
    assert_eq!(late.json()["details"][0]["from"], "cancelled");
    bought.all_delivered().await;
    let over = bought.ship(json!([units(&bought.lines[0], 1)])).await;
    assert_eq!(over.json()["details"][0]["from"], "completed");
}

#[tokio::test(start_paused = true)]
async fn a_repeated_key_sends_once_and_a_version_must_be_right() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/fulfilments", bought.path);
    let body = json!({"lines": [units(&bought.lines[0], 1)]});
    let ask = || {
        bought
            .admin
            .ask("POST", &path)
            .header("idempotency-key", "parcel")
    };
    let first = ask().json(&body).send().await;
    for _ in 0..5 {
        let again = ask().json(&body).send().await;
        assert_eq!(again.json()["data"], first.json()["data"]);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
    }
    assert_eq!(bought.seen().await["lines"][0]["shipped"], 1);
    let outdated = bought.admin.ask("POST", &path).header("if-match", "\"1\"");
    assert_eq!(outdated.json(&body).send().await.status, 412);
    let tag = first.header("etag").expect("a tag");
    let current = bought.admin.ask("POST", &path).header("if-match", tag);
    assert_eq!(current.json(&body).send().await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn only_staff_sends() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let path = format!("{}/fulfilments", bought.path);
    let body = json!({"lines": [units(&bought.lines[0], 1)]});
    assert_eq!(bought.customer.post(&path, &body).await.status, 403);
    assert_eq!(shop.anybody().post(&path, &body).await.status, 401);
    let nowhere = "/api/v1/orders/0190a0b0-0000-7000-8000-000000000000/fulfilments";
    assert_eq!(bought.admin.post(nowhere, &body).await.status, 404);
}
