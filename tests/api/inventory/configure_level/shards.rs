//! SKUs that are spread over shards: sold by many at once, to the last unit, and never twice.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, basket, product, with};

const PATH: &str = "/api/v1/inventory/MUG";
const MOVEMENTS: &str = "/api/v1/inventory/MUG/movements?limit=100";

async fn spread(shop: &Shop, shards: u16) -> Answer {
    let settings = json!({"backorder": false, "shards": shards});
    let set = shop.admin().await.put(PATH, &settings).await;
    assert_eq!(set.status, 200, "{set:?}");
    set
}

async fn level(shop: &Shop) -> Value {
    let read = shop.admin().await.get(PATH).await;
    assert_eq!(read.status, 200, "{read:?}");
    read.json()["data"].clone()
}

/// On hand, reserved, available, and over how many shards.
async fn stands(shop: &Shop) -> (i64, i64, i64, Option<u64>) {
    let level = level(shop).await;
    let number = |name: &str| level[name].as_i64().unwrap_or(i64::MIN);
    (
        number("onHand"),
        number("reserved"),
        number("available"),
        level["shards"].as_u64(),
    )
}

fn mugs(units: u32) -> Value {
    let method = json!({"paymentMethod": "pm_test_ok"});
    with(basket(&[("MUG", units)]), &method)
}

async fn ledger(shop: &Shop) -> i64 {
    let page = shop.admin().await.get(MOVEMENTS).await;
    let movements = page.json()["data"].as_array().cloned().unwrap_or_default();
    let deltas = movements.iter().map(|movement| movement["delta"].as_i64());
    deltas.map(Option::unwrap_or_default).sum()
}

#[tokio::test(start_paused = true)]
async fn what_is_spread_is_sold_and_counted_like_anything_else() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 1_000).await;
    let set = spread(&shop, 40).await;
    assert_eq!(set.json()["data"]["shards"], 40);
    assert_eq!(stands(&shop).await, (1_000, 0, 1_000, Some(40)));
    assert_eq!(shop.available("MUG").await, 1_000);
    let customer = shop.customer().await;
    for _ in 0..10 {
        assert_eq!(customer.order(&mugs(3)).await.status, 201);
    }
    assert_eq!(stands(&shop).await, (1_000, 30, 970, Some(40)));
    shop.settle().await;
    assert_eq!(stands(&shop).await, (970, 0, 970, Some(40)));
    assert_eq!(ledger(&shop).await, 970);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_last_unit_of_every_shard_is_sold_and_none_beyond() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 23).await;
    spread(&shop, 8).await;
    let customer = shop.customer().await;
    for _ in 0..23 {
        let placed = customer.order(&mugs(1)).await;
        assert_eq!(placed.status, 201, "{placed:?}");
    }
    let refused = customer.order(&mugs(1)).await;
    assert_eq!(refused.code(), "out_of_stock");
    let shortage = json!({"sku": "MUG", "requested": 1, "available": 0});
    assert_eq!(refused.json()["details"], json!([shortage]));
    // With nothing left there is nothing to be spread.
    assert_eq!(stands(&shop).await, (23, 23, 0, None));
    shop.settle().await;
    assert_eq!(stands(&shop).await, (0, 0, 0, None));
    assert_eq!(ledger(&shop).await, 0);
    let told = shop.events().await;
    let low = told.iter().filter(|event| event["type"] == "StockLow");
    assert_eq!(low.count(), 1);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn many_who_buy_at_once_get_what_there_is_and_no_more() {
    for (units, shards, buyers) in [(40, 8, 60), (7, 20, 25), (90, 3, 90)] {
        let shop = Shop::open().await;
        shop.stocked("MUG", units).await;
        spread(&shop, shards).await;
        let customer = shop.customer().await;
        let (one, basket) = (&customer, &mugs(1));
        let tries = (0..buyers).map(|_| one.order(basket));
        let answers = futures_util::future::join_all(tries).await;
        let with = |status| {
            answers
                .iter()
                .filter(|answer| answer.status == status)
                .count()
        };
        let (sold, refused) = (with(201), with(409));
        assert_eq!(sold + refused, buyers, "{answers:?}");
        assert_eq!(sold, buyers.min(units as usize));
        shop.settle().await;
        let left = i64::from(units) - i64::try_from(sold).unwrap_or(0);
        let (on_hand, reserved, available, _) = stands(&shop).await;
        assert_eq!((on_hand, reserved, available), (left, 0, left));
        assert_eq!(ledger(&shop).await, left);
        assert_eq!(shop.dead_letters().await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn one_line_is_made_up_of_what_several_shards_have_left() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 40).await;
    spread(&shop, 10).await;
    let customer = shop.customer().await;
    let placed = customer.order(&mugs(30)).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    assert_eq!(stands(&shop).await, (40, 30, 10, Some(10)));
    let refused = customer.order(&mugs(11)).await;
    assert_eq!(refused.code(), "out_of_stock");
    let shortage = json!({"sku": "MUG", "requested": 11, "available": 10});
    assert_eq!(refused.json()["details"], json!([shortage]));
    assert_eq!(customer.order(&mugs(10)).await.status, 201);
    shop.settle().await;
    let (on_hand, reserved, available, _) = stands(&shop).await;
    assert_eq!((on_hand, reserved, available), (0, 0, 0));
    assert_eq!(ledger(&shop).await, 0);
}

#[tokio::test(start_paused = true)]
async fn more_places_than_a_transaction_has_room_for_are_gathered() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 300).await;
    spread(&shop, 150).await;
    let customer = shop.customer().await;
    let placed = customer.order(&mugs(290)).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    assert_eq!(stands(&shop).await, (300, 290, 10, None));
}

async fn cancel(customer: &Person<'_>, order: &Answer) {
    let path = format!("/api/v1/orders/{}/cancellations", order.text("/data/id"));
    let cancelled = customer
        .post(&path, &json!({"reason": "changed my mind"}))
        .await;
    assert_eq!(cancelled.status, 201, "{cancelled:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_can_be_sold_again_wherever_it_came_from() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 40).await;
    spread(&shop, 4).await;
    let customer = shop.customer().await;
    let unpaid = basket(&[("MUG", 10)]);
    // Three hold units of shards: one lets go of them at once, one after the SKU was gathered, and one when
    // it is spread again, over other shards.
    let mut orders = Vec::new();
    for _ in 0..3 {
        orders.push(customer.order(&unpaid).await);
    }
    assert_eq!(stands(&shop).await, (40, 30, 10, Some(4)));
    cancel(&customer, &orders[0]).await;
    shop.settle().await;
    assert_eq!(stands(&shop).await, (40, 20, 20, Some(4)));
    spread(&shop, 0).await;
    assert_eq!(stands(&shop).await, (40, 20, 20, None));
    cancel(&customer, &orders[1]).await;
    shop.settle().await;
    assert_eq!(stands(&shop).await, (40, 10, 30, None));
    spread(&shop, 7).await;
    cancel(&customer, &orders[2]).await;
    shop.settle().await;
    assert_eq!(stands(&shop).await, (40, 0, 40, Some(7)));
    // What was sold comes home as well.
    let paid = customer.order(&mugs(4)).await;
    shop.settle().await;
    assert_eq!(stands(&shop).await, (36, 0, 36, Some(7)));
    cancel(&customer, &paid).await;
    shop.settle().await;
    assert_eq!(stands(&shop).await, (40, 0, 40, Some(7)));
    assert_eq!(ledger(&shop).await, 40);
    assert_eq!(customer.order(&mugs(40)).await.status, 201);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_delivered_is_sold_and_spread_when_told_so() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 8).await;
    spread(&shop, 4).await;
    let admin = shop.admin().await;
    let path = format!("{PATH}/adjustments");
    let came = json!({"delta": 12, "reason": "delivery", "kind": "delivery"});
    let adjusted = admin.post(&path, &came).await;
    assert_eq!(adjusted.status, 201, "{adjusted:?}");
    assert_eq!(adjusted.json()["data"]["onHand"], 20);
    assert_eq!(adjusted.json()["data"]["shards"], 4);
    assert_eq!(
        adjusted.header("etag"),
        admin.get(PATH).await.header("etag")
    );
    // Twelve of them are in no shard: more cannot be written off before the SKU is gathered.
    let lost = json!({"delta": -13, "reason": "fire", "kind": "writeOff"});
    let refused = admin.post(&path, &lost).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.errors()[0].starts_with("delta: "), "{refused:?}");
    spread(&shop, 4).await;
    assert_eq!(stands(&shop).await, (20, 0, 20, Some(4)));
    let customer = shop.customer().await;
    for _ in 0..4 {
        assert_eq!(customer.order(&mugs(5)).await.status, 201);
    }
    assert_eq!(customer.order(&mugs(1)).await.code(), "out_of_stock");
}

#[tokio::test(start_paused = true)]
async fn a_sku_is_spread_by_its_version_and_within_bounds() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 10).await;
    let admin = shop.admin().await;
    let both = json!({"backorder": true, "shards": 2});
    let refused = admin.put(PATH, &both).await;
    assert_eq!(refused.errors(), ["shards: must be 0 with backorder"]);
    let many = json!({"backorder": false, "shards": 1_001});
    assert_eq!(admin.put(PATH, &many).await.status, 422);
    let tag = admin
        .get(PATH)
        .await
        .header("etag")
        .expect("a tag")
        .to_owned();
    let put = |shards: u16| {
        let ask = admin.ask("PUT", PATH).header("if-match", &tag);
        ask.json(&json!({"backorder": false, "shards": shards}))
            .send()
    };
    assert_eq!(put(5).await.status, 200);
    assert_eq!(put(3).await.status, 412);
    // With backorder it is sold from one level, whatever it was before.
    let set = admin.put(PATH, &json!({"backorder": true})).await;
    assert_eq!(set.status, 200, "{set:?}");
    assert_eq!(stands(&shop).await, (10, 0, 10, None));
}

#[tokio::test(start_paused = true)]
async fn the_version_rises_with_every_change_wherever_it_is() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 60).await;
    let customer = shop.customer().await;
    let mut versions = Vec::new();
    for shards in [6, 6, 3, 0, 2, 0] {
        spread(&shop, shards).await;
        versions.push(level(&shop).await["version"].as_u64());
        assert_eq!(customer.order(&mugs(2)).await.status, 201);
        versions.push(level(&shop).await["version"].as_u64());
        shop.settle().await;
        versions.push(level(&shop).await["version"].as_u64());
    }
    assert!(
        versions.is_sorted_by(|before, after| before < after),
        "{versions:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_product_of_which_units_were_spread_is_archived_rather_than_deleted() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = admin.post("/api/v1/products", &product("MUG", 100)).await;
    let id = created.text("/data/id");
    let body = json!({"delta": 5, "reason": "count"});
    admin.post(&format!("{PATH}/adjustments"), &body).await;
    spread(&shop, 2).await;
    let path = format!("/api/v1/products/{id}");
    let deleted = admin
        .ask("DELETE", &path)
        .header("if-match", "*")
        .send()
        .await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    assert_eq!(admin.get(&path).await.json()["data"]["status"], "archived");
}
