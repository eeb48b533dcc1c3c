//! `POST /price-previews`.

use insta::assert_json_snapshot;
use local::Options;
use serde_json::{Value, json};

use super::{PREVIEWS, PROMOTIONS, TAX_ZONES, coupon, made, tax_zone};
use crate::costs::billed;
use crate::shop::{Answer, Shop, with};

const MUG: &str = "MUG-STONE-BLUE";

fn two_things() -> Value {
    json!({
        "items": [{"sku": MUG, "quantity": 3}, {"sku": "NOTE-A5-BLACK", "quantity": 1}],
        "shippingAddress": {"country": "DE"},
        "shippingMethod": "express",
    })
}

async fn preview(shop: &Shop, more: &Value) -> Answer {
    let answer = shop
        .anybody()
        .post(PREVIEWS, &with(two_things(), more))
        .await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

/// What became of the coupon of a preview.
async fn told(shop: &Shop, more: &Value) -> Value {
    preview(shop, more).await.json()["data"]["coupon"].clone()
}

#[tokio::test(start_paused = true)]
async fn each_line_of_the_total_is_explained() {
    let shop = Shop::open().await;
    let explained = preview(&shop, &json!({"couponCode": "welcome10"})).await;
    assert_json_snapshot!(explained.snapshot());
}

#[tokio::test(start_paused = true)]
async fn without_a_destination_there_is_neither_shipping_nor_tax() {
    let shop = Shop::open().await;
    let body = json!({"items": [{"sku": MUG, "quantity": 1}]});
    let answer = shop.anybody().post(PREVIEWS, &body).await;
    let data = answer.json()["data"].clone();
    assert_eq!(data["shipping"], Value::Null);
    assert_eq!(data["shippingMethods"], json!([]));
    assert_eq!(data["totals"]["tax"]["amount"], 0);
    assert_eq!(data["totals"]["total"]["amount"], 1_490);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_or_counted() {
    let shop = Shop::open().await;
    let before = shop.available(MUG).await;
    for _ in 0..12 {
        let coupon = told(
            &shop,
            &json!({"couponCode": "FIRST10", "email": "a@example.com"}),
        )
        .await;
        assert_eq!(coupon["status"], "applied");
    }
    assert_eq!(shop.available(MUG).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_coupon_that_does_not_apply_is_told_of() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let unknown = told(&shop, &json!({"couponCode": "NOBODY-KNOWS"})).await;
    assert_eq!(
        unknown,
        json!({"code": "NOBODY-KNOWS", "status": "unknown", "reason": null})
    );
    let dear = with(
        coupon("DEAR"),
        &json!({"minimum": [{"amount": 100_000, "currency": "EUR"}]}),
    );
    let early = with(
        coupon("EARLY"),
        &json!({"startsAt": "2098-01-01T00:00:00Z"}),
    );
    let late = with(coupon("LATE"), &json!({"endsAt": "2024-01-01T00:00:00Z"}));
    let other = with(
        coupon("OTHER"),
        &json!({"products": [local::seed::product_id(9)]}),
    );
    for (body, reason) in [
        (dear, "is for goods of 1000.00 EUR or more"),
        (early, "is not valid yet"),
        (late, "is no longer valid"),
        (other, "is not for anything in the basket"),
    ] {
        made(&admin, PROMOTIONS, &body).await;
        let coupon = told(&shop, &json!({"couponCode": body["code"]})).await;
        assert_eq!(coupon["status"], "unmet", "{coupon}");
        assert_eq!(coupon["reason"], reason);
    }
    // What stands alone and saves more goes before.
    let sale = json!({"name": "Sale", "effect": {"type": "percentOff", "ratePpm": 900_000}});
    made(&admin, PROMOTIONS, &sale).await;
    let beaten = told(&shop, &json!({"couponCode": "WELCOME10"})).await;
    assert_eq!(beaten["status"], "beaten");
}

#[tokio::test(start_paused = true)]
async fn what_an_order_would_be_refused_for_is_refused() {
    let shop = Shop::open().await;
    for (more, error) in [
        (
            json!({"items": [{"sku": "NOPE", "quantity": 1}, {"sku": MUG, "quantity": 1}]}),
            "items[0].sku: is not sold here",
        ),
        (
            json!({"currency": "JPY"}),
            "items[0].sku: is not sold in JPY",
        ),
        (
            json!({"items": [{"sku": MUG, "quantity": 999}, {"sku": MUG, "quantity": 1}]}),
            "items: must have at most 999 of MUG-STONE-BLUE in all",
        ),
        (
            json!({"shippingMethod": "pigeon"}),
            "shippingMethod: must be one of standard, express, parcel",
        ),
        (json!({"items": []}), "items: must have 1 to 25 items"),
    ] {
        let body = with(two_things(), &more);
        let refused = shop.anybody().post(PREVIEWS, &body).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.errors()[0], error);
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_shop_does_not_deliver_there_is_no_price() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let world = format!("{}/{}", super::SHIPPING_ZONES, local::seed::WORLD);
    assert_eq!(admin.delete(&world).await.status, 204);
    let refused = shop.anybody().post(PREVIEWS, &two_things()).await;
    assert_eq!(
        (refused.status, refused.errors()),
        (
            422,
            vec!["shippingAddress.country: the shop does not deliver there".to_owned()]
        )
    );
}

#[tokio::test(start_paused = true)]
async fn of_several_zones_the_closest_counts() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    made(&admin, TAX_ZONES, &tax_zone("US", 0)).await;
    let region = with(
        tax_zone("US", 72_500),
        &json!({"territories": [{"country": "US", "region": "CA"}]}),
    );
    made(&admin, TAX_ZONES, &region).await;
    for (address, tax, included) in [
        (json!({"country": "US", "region": "ca"}), 444, false),
        (json!({"country": "US", "region": "NY"}), 0, false),
        (json!({"country": "FR"}), 979, true),
    ] {
        let body = json!({
            "items": [{"sku": MUG, "quantity": 2}, {"sku": "DRIPPER-02", "quantity": 1}],
            "currency": "USD",
            "shippingAddress": address,
        });
        let answer = shop.anybody().post(PREVIEWS, &body).await;
        let totals = answer.json()["data"]["totals"].clone();
        // Two mugs at 16.90 and a dripper at 27.50.
        assert_eq!(totals["items"]["amount"], 6_130);
        assert_eq!(totals["taxIncluded"], included);
        assert_eq!(totals["tax"]["amount"], tax);
        let due = if included { 6_130 } else { 6_130 + tax };
        assert_eq!(totals["total"]["amount"], due);
    }
}

#[tokio::test(start_paused = true)]
async fn an_instance_reads_the_tariff_again_when_it_has_changed() {
    let shop = Shop::with(Options {
        warm: true,
        instances: 1,
        ..Options::for_tests()
    })
    .await;
    let admin = shop.admin().await;
    let seen = async || {
        let wish = json!({"shippingAddress": {"country": "NO"}});
        let (previewed, split) = billed(&shop, preview(&shop, &wish)).await;
        let tax = previewed.json()["data"]["totals"]["tax"]["amount"].clone();
        (tax, split["pricing-preview-price"].read_units)
    };
    let offers = 1.0;
    let (untaxed, first) = seen().await;
    let (_, second) = seen().await;
    assert_eq!(seen().await, (untaxed.clone(), offers + 0.5));
    // Once more as much, since what is kept must be all that was written by then; and the edition.
    assert_eq!(second - offers, 2.0 * (first - offers) + 0.5);

    let zone = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let (taxed, again) = seen().await;
    assert_ne!(taxed, untaxed);
    assert_eq!(again, second);
    assert_eq!(seen().await, (taxed.clone(), offers + 0.5));

    let path = format!("{TAX_ZONES}/{}", zone.text("/data/id"));
    let fifth = admin.put(&path, &tax_zone("NO", 200_000)).await;
    assert_eq!(fifth.status, 200);
    assert_ne!(seen().await.0, taxed);
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(seen().await.0, untaxed);
}
