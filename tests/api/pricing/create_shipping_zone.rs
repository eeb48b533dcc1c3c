//! `POST /shipping-zones`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{PREVIEWS, SHIPPING_ZONES, made, shipping_zone};
use crate::shop::{Shop, with};

#[tokio::test(start_paused = true)]
async fn a_zone_is_made_where_it_says_and_is_sent_to_from_then_on() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, SHIPPING_ZONES, &shipping_zone("NO", 1_250)).await;
    assert_json_snapshot!(created.snapshot());
    let path = format!("{SHIPPING_ZONES}/{}", created.text("/data/id"));
    assert_eq!(created.header("location"), Some(path.as_str()));
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "shippingAddress": {"country": "NO"},
    });
    let preview = shop.anybody().post(PREVIEWS, &body).await;
    assert_eq!(preview.text("/data/shipping/method"), "parcel");
    assert_eq!(
        preview.json()["data"]["totals"]["shipping"]["amount"],
        1_250
    );
}

#[tokio::test(start_paused = true)]
async fn a_rate_has_one_price_or_tiers_of_weight() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let euros = |cents: i64| json!({"amount": cents, "currency": "EUR"});
    let tiers = json!([{"upToGrams": 1000, "price": euros(500)}]);
    let of = |rates: Value| {
        let methods = json!([{"code": "parcel", "name": "Parcel", "rates": rates}]);
        with(shipping_zone("NO", 0), &json!({ "methods": methods }))
    };
    let both = json!([{"price": euros(100), "weightTiers": tiers}, {"freeAbove": euros(1)}]);
    let refused = admin.post(SHIPPING_ZONES, &of(both)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.errors(),
        [
            "methods[0].rates[0]: must have either price or weightTiers",
            "methods[0].rates[1]: must have either price or weightTiers"
        ]
    );
    let crowded = json!([
        {"weightTiers": [
            {"upToGrams": 1000, "price": euros(500)},
            {"upToGrams": 1000, "price": {"amount": 500, "currency": "USD"}},
        ]},
        {"price": euros(100), "freeAbove": {"amount": 500, "currency": "USD"}},
    ]);
    let refused = admin.post(SHIPPING_ZONES, &of(crowded)).await;
    assert_json_snapshot!(refused.snapshot());
    let made = made(&admin, SHIPPING_ZONES, &of(json!([{"weightTiers": tiers}]))).await;
    let rate = &made.json()["data"]["methods"][0]["rates"][0];
    assert_eq!(rate["weightTiers"], tiers);
    assert_eq!(rate["price"], Value::Null);
}

#[tokio::test(start_paused = true)]
async fn all_that_each_price_reads_stays_within_one_query() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    // Territories of 100 characters: about 40 kB a zone, so that 800 kB are full long before 100.
    let territories: Vec<Value> = (0..300)
        .map(|number| json!({"country": "US", "region": format!("{number:0>100}")}))
        .collect();
    let large = with(
        shipping_zone("US", 100),
        &json!({ "territories": territories }),
    );
    let mut made = 0;
    let refused = loop {
        let answer = admin.post(SHIPPING_ZONES, &large).await;
        if answer.status != 201 {
            break answer;
        }
        made += 1;
    };
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "limit_reached")
    );
    assert!((10..40).contains(&made), "{made}");
    // All of them are read for a price.
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "shippingAddress": {"country": "US", "region": format!("{:0>100}", 299)},
    });
    shop.store.cloud().meter_start();
    let preview = shop.anybody().post(PREVIEWS, &body).await;
    assert_eq!(preview.text("/data/shipping/method"), "parcel");
    let metered = shop.store.cloud().meter_stop();
    let read = metered["pricing-preview-price"].read_units;
    assert!(read < 110.0, "{read}");
    // What is there can shrink, but not grow, and what is deleted makes room.
    let first = admin.get(SHIPPING_ZONES).await.text("/data/0/id");
    let path = format!("{SHIPPING_ZONES}/{first}");
    let small = admin.put(&path, &shipping_zone("US", 100)).await;
    assert_eq!(small.status, 200, "{small:?}");
    assert_eq!(admin.post(SHIPPING_ZONES, &large).await.status, 201);
    assert_eq!(admin.put(&path, &large).await.status, 409);
}
