//! The operations that have a price, each done in a shop of its own whose functions have started and have
//! read nothing yet.

use local::Options;
use serde_json::{Value, json};

use super::book::{Book, kept_bytes};
use crate::bought::{Bought, came, units};
use crate::shop::{Answer, Person, Shop, address, basket, product, with};
use crate::stripe::{self, SharedStandIn};

/// Longer than an order waits for its payment.
const TOO_LONG_S: u64 = 16 * 60;
const MINUTE_S: u64 = 60;
const MINUTES_A_DAY: u32 = 24 * 60;
/// As many requests as are counted together, several times over.
const COUNTED: u32 = 100;

/// Does all of them.
pub(crate) async fn all() -> Book {
    let mut book = Book::default();
    Box::pin(browsing(&mut book)).await;
    Box::pin(reading_as_somebody(&mut book)).await;
    Box::pin(accounts(&mut book)).await;
    Box::pin(carts(&mut book)).await;
    Box::pin(ordering(&mut book)).await;
    Box::pin(whole_orders(&mut book)).await;
    Box::pin(ending_orders(&mut book)).await;
    Box::pin(reading_orders(&mut book)).await;
    Box::pin(paying(&mut book)).await;
    Box::pin(sending(&mut book)).await;
    Box::pin(keeping_shop(&mut book)).await;
    Box::pin(idling(&mut book)).await;
    book
}

/// The SKUs of an order of so many lines.
fn skus(lines: usize) -> Vec<String> {
    (1..=lines).map(|line| format!("SKU-{line}")).collect()
}

/// A basket of one unit of each SKU.
fn one_of_each(skus: &[String]) -> Value {
    let wanted: Vec<(&str, u32)> = skus.iter().map(|sku| (sku.as_str(), 1)).collect();
    basket(&wanted)
}

/// A shop that has nine units of each of so many SKUs, and the SKUs.
async fn stocked(lines: usize) -> (Shop, Vec<String>) {
    let shop = Shop::warm().await;
    let skus = skus(lines);
    for sku in &skus {
        shop.stocked(sku, 9).await;
    }
    (shop, skus)
}

fn paid_with(method: &str) -> Value {
    json!({ "paymentMethod": method })
}

async fn browsing(book: &mut Book) {
    let shop = Shop::warm().await;
    let id = shop.stocked("MUG", 0).await;
    let read = shop.anybody();
    let path = format!("/api/v1/products/{id}");
    book.request("get a product", &shop, 200, read.get(&path))
        .await;
    for (name, path) in [
        (
            "get a product by its slug",
            "/api/v1/products/by-slug/thing-mug",
        ),
        ("list 20 products", "/api/v1/products?limit=20"),
        (
            "list 20 products of a category",
            "/api/v1/products?category=kitchen&limit=20",
        ),
        ("search products", "/api/v1/products?q=desk"),
        ("get a stock level", "/api/v1/inventory/MUG"),
    ] {
        let shop = Shop::warm().await;
        shop.stocked("MUG", 9).await;
        book.request(name, &shop, 200, shop.anybody().get(path))
            .await;
    }
    let (shop, skus) = stocked(3).await;
    let mut wish = one_of_each(&skus);
    wish["shippingAddress"] = json!({"country": "DE"});
    let asked = shop.anybody();
    let asked = asked.post("/api/v1/price-previews", &wish);
    book.request("preview the price of 3 lines", &shop, 200, asked)
        .await;
}

/// What it takes to know who asks, and how often they have asked.
async fn reading_as_somebody(book: &mut Book) {
    let shop = Shop::with(Options {
        warm: true,
        rate_limits: local::options::RATE_LIMITS.to_owned(),
        ..Options::for_tests()
    })
    .await;
    let path = format!("/api/v1/products/{}", shop.stocked("MUG", 0).await);
    // With the first token, an instance reads the keys that all are verified with.
    assert_eq!(shop.admin().await.get(&path).await.status, 200);
    let customer = shop.customer().await;
    let name = "get a product, signed in, within the request limits";
    book.deed(name, &shop, COUNTED, async {
        for _ in 0..COUNTED {
            assert_eq!(customer.get(&path).await.status, 200);
        }
    })
    .await;
    let shop = Shop::warm().await;
    let path = format!("/api/v1/products/{}", shop.stocked("MUG", 0).await);
    let key = shop.key_with(&["catalog:read"]).await;
    let server = shop.holder(Some(&key));
    // The first use in five minutes is noted.
    assert_eq!(server.get(&path).await.status, 200);
    book.request(
        "get a product with an API key",
        &shop,
        200,
        server.get(&path),
    )
    .await;
}

async fn accounts(book: &mut Book) {
    let shop = Shop::warm().await;
    let guest = shop.anybody();
    let account =
        |email: &str| json!({"email": email, "password": "Good-enough-1", "name": "Somebody"});
    let one = account("one@example.com");
    let register = guest.post("/api/v1/users", &one);
    book.request("register", &shop, 201, register).await;
    let two = with(account("two@example.com"), &json!({"country": "DE"}));
    let register = guest.post("/api/v1/users", &two);
    book.request("register with a country", &shop, 201, register)
        .await;
    let login = json!({"email": "one@example.com", "password": "Good-enough-1"});
    let sign_in = guest.post("/api/v1/sessions", &login);
    let opened = book.request("sign in", &shop, 201, sign_in).await;
    let token = json!({"refreshToken": opened.text("/data/refreshToken")});
    let refresh = guest.post("/api/v1/sessions/refresh", &token);
    book.request("refresh a session", &shop, 200, refresh).await;
}

async fn put(guest: &Person<'_>, cart: &str, sku: &str) -> Answer {
    let path = format!("/api/v1/carts/{cart}/items/{sku}");
    guest.put(&path, &json!({"quantity": 1})).await
}

async fn carts(book: &mut Book) {
    let (shop, skus) = stocked(3).await;
    let guest = shop.anybody();
    let nothing = json!({});
    let make = guest.post("/api/v1/carts", &nothing);
    let made = book.request("create a cart", &shop, 201, make).await;
    let cart = made.text("/data/id");
    let first = put(&guest, &cart, &skus[0]);
    book.request("put an item into an empty cart", &shop, 200, first)
        .await;
    assert_eq!(put(&guest, &cart, &skus[1]).await.status, 200);
    let third = put(&guest, &cart, &skus[2]);
    book.request("put a third item into a cart", &shop, 200, third)
        .await;
    let path = format!("/api/v1/carts/{cart}");
    book.request("get a cart of 3 items", &shop, 200, guest.get(&path))
        .await;
}

/// Orders that nobody has paid yet.
async fn ordering(book: &mut Book) {
    for (name, lines) in [
        ("place an order of 1 line", 1),
        ("place an order of 3 lines", 3),
        ("place an order of 10 lines", 10),
        ("place an order of 25 lines", 25),
    ] {
        let (shop, skus) = stocked(lines).await;
        let customer = shop.customer().await;
        let wish = one_of_each(&skus);
        book.request(name, &shop, 201, customer.order(&wish)).await;
    }
    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    let wish = one_of_each(&skus);
    let place = async || {
        let ask = customer.ask("POST", "/api/v1/orders").json(&wish);
        ask.header("idempotency-key", "once").send().await
    };
    assert_eq!(place().await.status, 201);
    book.request(
        "repeat an order of 3 lines with its key",
        &shop,
        201,
        place(),
    )
    .await;
    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    let wanted = [
        (skus[0].as_str(), 1),
        (skus[1].as_str(), 1),
        (skus[2].as_str(), 10),
    ];
    let wish = basket(&wanted);
    let name = "an order of 3 lines that is refused for lack of stock";
    book.request(name, &shop, 409, customer.order(&wish)).await;
}

/// Orders from the request to the letter that confirms them.
async fn whole_orders(book: &mut Book) {
    for (name, lines) in [
        ("a whole order of 1 line", 1),
        (super::WHOLE_ORDER, 3),
        ("a whole order of 10 lines", 10),
    ] {
        let (shop, skus) = stocked(lines).await;
        let customer = shop.customer().await;
        let wish = with(one_of_each(&skus), &paid_with("pm_test_ok"));
        let placed = book.request(name, &shop, 201, customer.order(&wish)).await;
        assert_eq!(
            shop.order(&placed.text("/data/id")).await["status"],
            "confirmed"
        );
    }
    from_a_cart(book).await;
    charged_by_stripe(book).await;
}

async fn from_a_cart(book: &mut Book) {
    let (shop, skus) = stocked(3).await;
    let guest = shop.anybody();
    let made = guest.post("/api/v1/carts", &json!({})).await;
    let cart = made.text("/data/id");
    for sku in &skus {
        assert_eq!(put(&guest, &cart, sku).await.status, 200);
    }
    let wish = json!({
        "cartId": cart,
        "shippingAddress": address(),
        "email": "guest@example.com",
        "paymentMethod": "pm_test_ok",
    });
    let order = guest.order(&wish);
    book.request("a whole order of 3 lines from a cart", &shop, 201, order)
        .await;
}

async fn charged_by_stripe(book: &mut Book) {
    let provider = SharedStandIn::default();
    let shop = Shop::with(Options {
        warm: true,
        ..stripe::options(&provider)
    })
    .await;
    let skus = skus(3);
    for sku in &skus {
        shop.stocked(sku, 9).await;
    }
    let customer = shop.customer().await;
    let wish = with(one_of_each(&skus), &paid_with(stripe::CARD));
    let before = kept_bytes(&shop);
    let name = "a whole order of 3 lines, charged by Stripe";
    let placed = book.request(name, &shop, 201, customer.order(&wish)).await;
    assert_eq!(
        shop.order(&placed.text("/data/id")).await["status"],
        "confirmed"
    );
    let kept = u32::try_from(kept_bytes(&shop) - before).expect("not much");
    book.bytes_of_an_order = f64::from(kept);
    let intent = provider.intent();
    let post = stripe::webhooks::post(&shop, &intent);
    book.request(
        "a report of Stripe's that says nothing new",
        &shop,
        200,
        post,
    )
    .await;
}

async fn ending_orders(book: &mut Book) {
    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    let placed = customer.order(&one_of_each(&skus)).await;
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    let nothing = json!({});
    let cancel = customer.post(&path, &nothing);
    book.request("cancel an unpaid order of 3 lines", &shop, 201, cancel)
        .await;

    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    customer.order(&one_of_each(&skus)).await;
    let name = "a minute in which an unpaid order of 3 lines expires";
    let wait = Box::pin(shop.wait(TOO_LONG_S));
    book.deed(name, &shop, 1, wait).await;
    assert_eq!(shop.available(&skus[0]).await, 9);
}

async fn reading_orders(book: &mut Book) {
    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    let wish = with(one_of_each(&skus), &paid_with("pm_test_ok"));
    let mut last = String::new();
    for _ in 0..5 {
        last = customer.order(&wish).await.text("/data/id");
        shop.settle().await;
    }
    let path = format!("/api/v1/orders/{last}");
    book.request("get an order of 3 lines", &shop, 200, customer.get(&path))
        .await;
    let list = customer.get("/api/v1/orders");
    book.request("list 5 orders", &shop, 200, list).await;
    let list = customer.get("/api/v1/notifications");
    book.request("list 5 notifications", &shop, 200, list).await;
}

async fn paying(book: &mut Book) {
    let (shop, skus) = stocked(3).await;
    let customer = shop.customer().await;
    let placed = customer.order(&one_of_each(&skus)).await;
    let order = placed.text("/data/id");
    let pay = customer.pay(&order, "pm_test_ok");
    book.request(
        "pay an order of 3 lines, to its confirmation",
        &shop,
        201,
        pay,
    )
    .await;

    let shop = Shop::warm().await;
    let (_, payment) = shop.authorized().await;
    let admin = shop.admin().await;
    let nothing = json!({});
    let capture = admin.to_payment(&payment, "captures", &nothing);
    book.request("capture a payment", &shop, 201, capture).await;

    let shop = Shop::warm().await;
    let bought = Bought::at(&shop).await;
    let wish = json!({"lines": [units(&bought.lines[0], 1)], "reason": "came broken"});
    let refund = bought.give_back(&wish);
    book.request("refund a unit of an order", &shop, 201, refund)
        .await;
}

async fn sending(book: &mut Book) {
    let shop = Shop::warm().await;
    let bought = Bought::at(&shop).await;
    let [mugs, cup] = &bought.lines;
    let sent = bought.ship(json!([units(mugs, 3), units(cup, 1)]));
    let sent = book
        .request("send all goods of an order", &shop, 201, sent)
        .await;
    let parcel = sent.header("location").unwrap_or_default().to_owned();
    let arrived = json!({"status": "delivered"});
    let deliver = bought.patch(&parcel, &arrived);
    book.request("the goods arrive", &shop, 200, deliver).await;
    let back = bought.ask_back(json!([units(mugs, 1)]));
    let asked = book.request("ask to return a unit", &shop, 201, back).await;
    let path = asked.header("location").unwrap_or_default().to_owned();
    let approved = json!({"status": "approved"});
    let approve = bought.patch(&path, &approved);
    book.request("approve the return", &shop, 200, approve)
        .await;
    let returned = json!({"status": "received", "lines": [came(mugs, 1, "restock")]});
    let receive = bought.patch(&path, &returned);
    book.request("receive what was returned", &shop, 200, receive)
        .await;
}

/// What staff do.
async fn keeping_shop(book: &mut Book) {
    let shop = Shop::warm().await;
    let admin = shop.admin().await;
    let mug = product("MUG", 100);
    let create = admin.post("/api/v1/products", &mug);
    let created = book.request("create a product", &shop, 201, create).await;
    let path = format!("/api/v1/products/{}", created.text("/data/id"));
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    let change = ask.json(&json!({"name": "Another name"})).send();
    book.request("rename a product", &shop, 200, change).await;
    let counted = json!({"delta": 5, "reason": "count"});
    let adjust = admin.post("/api/v1/inventory/MUG/adjustments", &counted);
    book.request("adjust a stock level", &shop, 201, adjust)
        .await;
    let kitchen = admin.get("/api/v1/categories/by-slug/kitchen").await;
    let desk = admin.get("/api/v1/categories/by-slug/desk").await;
    let path = format!("/api/v1/categories/{}", desk.text("/data/id"));
    let ask = admin.ask("PATCH", &path).header("if-match", "*");
    let below = json!({"parentId": kitchen.text("/data/id")});
    let moved = ask.json(&below).send();
    book.request("move a category", &shop, 200, moved).await;
}

/// What the clock alone does.
async fn idling(book: &mut Book) {
    let shop = Shop::warm().await;
    let minute = Box::pin(shop.wait(MINUTE_S));
    book.deed("a minute without any request", &shop, 1, minute)
        .await;
    let shop = Shop::warm().await;
    let day = Box::pin(async {
        for _ in 0..MINUTES_A_DAY {
            shop.wait(MINUTE_S).await;
        }
    });
    book.deed(super::IDLE_DAY, &shop, 1, day).await;
}
