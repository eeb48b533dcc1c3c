//! `POST /orders/{id}/returns`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::bought::{Bought, units};
use crate::shop::{Shop, basket, with};

#[tokio::test(start_paused = true)]
async fn a_customer_asks_to_send_back_what_arrived() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let asked = bought.ask_back(json!([units(&bought.lines[0], 2)])).await;
    assert_json_snapshot!(asked.snapshot());
    let place = asked.header("location").expect("a place");
    let read = bought.customer.get(place).await;
    assert_eq!(read.json()["data"], asked.json()["data"]);
    let seen = bought.seen().await;
    assert_eq!(seen["returns"][0]["id"], asked.json()["data"]["id"]);
    assert_eq!(seen["fulfilmentStatus"], "delivered");
    shop.settle().await;
    let told = bought.events("ReturnRequested").await;
    assert_eq!(told[0]["data"]["reason"], "does not fit");
    assert_eq!(told[0]["data"]["lines"][0]["quantity"], 2);
}

#[tokio::test(start_paused = true)]
async fn no_more_comes_back_than_arrived_open_returns_counted() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let mugs = &bought.lines[0];
    let two = json!([units(mugs, 2)]);
    let early = bought.ask_back(two.clone()).await;
    assert_eq!(early.status, 422, "{early:?}");
    assert_eq!(
        early.errors(),
        ["lines[0].quantity: 0 of MUG can be returned, 2 are asked for"]
    );
    bought.all_delivered().await;
    let asked = shop
        .all((0..4).map(|_| bought.ask_back(json!([units(mugs, 1)]))))
        .await;
    let of = |status| asked.iter().filter(|asked| asked.status == status).count();
    assert_eq!((of(201), of(422)), (3, 1), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn nothing_comes_back_of_an_order_that_is_over_or_unpaid() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let cancel = format!("{}/cancellations", bought.path);
    assert_eq!(bought.customer.post(&cancel, &json!({})).await.status, 201);
    let refused = bought.ask_back(json!([units(&bought.lines[0], 1)])).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(
        refused.errors(),
        ["status: the order is cancelled; it must be confirmed or completed for that"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_guest_sends_back_with_their_token_and_strangers_do_not() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let body = with(
        basket(&[("MUG", 2)]),
        &json!({"email": "guest@example.com", "paymentMethod": "pm_test_ok"}),
    );
    let placed = shop.anybody().order(&body).await;
    let token = placed.text("/data/orderToken");
    let guest = shop.holder(Some(&token));
    shop.settle().await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let lines = json!([units(&placed.text("/data/lines/0/id"), 2)]);
    let admin = shop.admin().await;
    let parcel = admin
        .post(&format!("{path}/fulfilments"), &json!({ "lines": lines }))
        .await;
    let parcel = parcel.header("location").expect("a place").to_owned();
    let arrives = admin
        .ask("PATCH", &parcel)
        .json(&json!({"status": "delivered"}));
    assert_eq!(arrives.send().await.status, 200);
    let wish = json!({"lines": lines, "reason": "too many"});
    let returns = format!("{path}/returns");
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.post(&returns, &wish).await.status, 404);
    assert_eq!(shop.anybody().post(&returns, &wish).await.status, 401);
    let asked = guest.post(&returns, &wish).await;
    assert_eq!(asked.status, 201, "{asked:?}");
    let order = guest.get(&path).await;
    let last = order.json()["data"]["timeline"]
        .as_array()
        .and_then(|list| list.last().cloned());
    assert_eq!(last.expect("an entry")["actor"], "guest");
}
