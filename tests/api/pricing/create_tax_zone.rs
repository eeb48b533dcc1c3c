//! `POST /tax-zones`.

use insta::assert_json_snapshot;
use serde_json::json;

use super::{TAX_ZONES, made, tax_zone};
use crate::shop::{Shop, with};

#[tokio::test(start_paused = true)]
async fn a_zone_is_made_where_it_says_and_taxes_from_then_on() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    assert_json_snapshot!(created.snapshot());
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    assert_eq!(created.header("location"), Some(path.as_str()));
    assert_eq!(created.header("etag"), Some("\"1\""));
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "shippingAddress": {"country": "NO"},
    });
    let preview = shop.anybody().post(super::PREVIEWS, &body).await;
    assert_eq!(preview.json()["data"]["totals"]["tax"]["amount"], 373);
    assert_eq!(preview.json()["data"]["totals"]["total"]["amount"], 1_863);
}

#[tokio::test(start_paused = true)]
async fn one_key_is_one_zone() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let asks = (0..10).map(|_| {
        let ask = admin.ask("POST", TAX_ZONES);
        ask.header("idempotency-key", "once")
            .json(&tax_zone("NO", 250_000))
            .send()
    });
    let answers = shop.all(asks).await;
    let first = answers[0].text("/data/id");
    for answer in &answers {
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.text("/data/id"), first);
    }
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let rate = json!({"category": "standard", "name": "VAT", "ratePpm": 190_000});
    let body = with(
        tax_zone("NO", 0),
        &json!({
            "territories": [{"country": "NO"}, {"country": "NO"}],
            "rates": [rate, rate],
        }),
    );
    let refused = admin.post(TAX_ZONES, &body).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.errors(),
        [
            "territories[1]: must occur only once",
            "rates[1].name: must be unique within its category"
        ]
    );
    let body = with(
        tax_zone("XX", 1_000_001),
        &json!({"name": "", "shippingCategory": "?"}),
    );
    let refused = admin.post(TAX_ZONES, &body).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.errors().len(), 4, "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn there_are_a_hundred_at_most_however_many_come_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let asks = (0..120).map(|number| {
        let zone = with(
            tax_zone("US", 60_000),
            &json!({"territories": [{"country": "US", "region": format!("R{number}")}]}),
        );
        let admin = admin.clone();
        async move { admin.post(TAX_ZONES, &zone).await }
    });
    let answers = shop.all(asks).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    // Two were there before.
    assert_eq!(made, 98);
    let refused = answers.iter().find(|answer| answer.status != 201);
    let refused = refused.expect("one too many");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "limit_reached")
    );
    assert_eq!(refused.errors(), ["there are 100 tax zones already"]);
    // Whoever deletes one makes room for another.
    let listed = admin.get(TAX_ZONES).await.text("/data/0/id");
    let gone = admin.delete(&format!("{TAX_ZONES}/{listed}")).await;
    assert_eq!(gone.status, 204);
    super::made(&admin, TAX_ZONES, &tax_zone("NO", 1)).await;
    assert_eq!(admin.post(TAX_ZONES, &tax_zone("SE", 1)).await.status, 409);
}
