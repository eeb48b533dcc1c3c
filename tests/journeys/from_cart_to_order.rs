//! From a cart to an order.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, address, product, with};

async fn filled(guest: &Person<'_>, sku: &str, quantity: u32) -> String {
    let made = guest.post("/api/v1/carts", &json!({})).await;
    let cart = made.text("/data/id");
    let path = format!("/api/v1/carts/{cart}/items/{sku}");
    let put = guest.put(&path, &json!({"quantity": quantity})).await;
    assert_eq!(put.status, 200, "{put:?}");
    cart
}

fn of_cart(cart: &str, more: &Value) -> Value {
    let body = json!({
        "cartId": cart,
        "shippingAddress": address(),
        "email": "guest@example.com",
        "paymentMethod": "pm_test_ok",
    });
    with(body, more)
}

async fn shown(guest: &Person<'_>, cart: &str) -> Answer {
    guest.get(&format!("/api/v1/carts/{cart}")).await
}

#[tokio::test(start_paused = true)]
async fn a_cart_is_ordered_once_at_the_price_it_shows() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 2).await;
    let total = shown(&guest, &cart).await.json()["data"]["totals"]["total"].clone();
    let order = guest.order(&of_cart(&cart, &json!({}))).await;
    assert_eq!(order.status, 201, "{order:?}");
    assert_eq!(order.json()["data"]["totals"]["total"], total);
    shop.settle().await;
    let token = order.text("/data/orderToken");
    let path = format!("/api/v1/orders/{}", order.text("/data/id"));
    let settled = shop.holder(Some(&token)).get(&path).await;
    assert_eq!(settled.text("/data/status"), "confirmed");
    assert_eq!(shown(&guest, &cart).await.status, 404);
    let again = guest.order(&of_cart(&cart, &json!({}))).await;
    assert_eq!(again.status, 422);
    assert_eq!(shop.available("MUG").await, 3);
}

#[tokio::test(start_paused = true)]
async fn thirty_who_order_one_cart_get_one_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 1).await;
    let body = of_cart(&cart, &json!({}));
    let answers = shop.all((0..30).map(|_| guest.order(&body))).await;
    let placed = answers.iter().filter(|answer| answer.status == 201);
    assert_eq!(placed.count(), 1);
    assert_eq!(shop.available("MUG").await, 49);
}

#[tokio::test(start_paused = true)]
async fn one_key_sent_thirty_times_at_once_orders_the_cart_once_and_is_always_answered() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 50).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 1).await;
    let body = of_cart(&cart, &json!({}));
    let order = async || {
        let ask = guest.ask("POST", "/api/v1/orders").json(&body);
        ask.header("idempotency-key", "once").send().await
    };
    let answers = shop.all((0..30).map(|_| order())).await;
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.text("/data/id"), answers[0].text("/data/id"));
    }
    assert_eq!(shop.available("MUG").await, 49);
}

#[tokio::test(start_paused = true)]
async fn a_price_that_changed_is_never_charged_unseen() {
    let shop = Shop::open().await;
    let id = shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 2).await;
    let dearer = shop.admin().await;
    let path = format!("/api/v1/products/{id}");
    let dearer = dearer.ask("PUT", &path).header("if-match", "*");
    let dearer = dearer.json(&product("MUG", 1_500)).send().await;
    assert_eq!(dearer.status, 200, "{dearer:?}");
    let refused = guest.order(&of_cart(&cart, &json!({}))).await;
    assert_eq!(
        (refused.status, refused.code()),
        (409, "cart_changed".to_owned())
    );
    assert_eq!(
        refused.errors(),
        ["items[0].sku: MUG costs 15.00 EUR now, not 10.00 EUR"]
    );
    assert_eq!(shop.available("MUG").await, 5);
    let accept = format!("/api/v1/carts/{cart}/items/MUG");
    guest.put(&accept, &json!({"quantity": 2})).await;
    let order = guest.order(&of_cart(&cart, &json!({}))).await;
    assert_eq!(order.json()["data"]["totals"]["total"]["amount"], 3_000);
}

#[tokio::test(start_paused = true)]
async fn what_an_order_is_made_of_is_said_once() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 1).await;
    let both = json!({"items": [{"sku": "MUG", "quantity": 1}]});
    let refused = guest.order(&of_cart(&cart, &both)).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.errors(), ["cartId: must not stand beside items"]);
    let neither = json!({"email": "guest@example.com"});
    let refused = guest.order(&neither).await;
    assert_eq!(
        refused.errors(),
        [
            "items: is required unless there is a cartId",
            "shippingAddress: is required unless the cart has one",
        ]
    );
    let empty = guest.post("/api/v1/carts", &json!({})).await;
    let of_nothing = of_cart(&empty.text("/data/id"), &json!({}));
    let refused = guest.order(&of_nothing).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(refused.errors(), ["cartId: is empty"]);
}

#[tokio::test(start_paused = true)]
async fn an_order_says_what_its_cart_did_not() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let guest = shop.anybody();
    let cart = filled(&guest, "MUG", 1).await;
    let path = format!("/api/v1/carts/{cart}/shipping");
    let sent = guest.put(&path, &json!({"address": address()})).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let order = json!({"cartId": cart, "email": "guest@example.com"});
    let order = guest.order(&order).await;
    assert_eq!(order.text("/data/shippingAddress/city"), "London");
}
