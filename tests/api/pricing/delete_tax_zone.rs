//! `DELETE /tax-zones/{id}`.

use serde_json::json;

use super::{TAX_ZONES, made, tax_zone};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_gone_for_prices_too() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "shippingAddress": {"country": "NO"},
    });
    let tax = async || {
        let preview = shop.anybody().post(super::PREVIEWS, &body).await;
        preview.json()["data"]["lines"][0]["taxes"][0]["ratePpm"].clone()
    };
    assert_eq!(tax().await, 250_000);
    assert_eq!(admin.delete(&path).await.status, 204);
    // The zone that names nothing is left.
    assert_eq!(tax().await, 190_000);
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.delete(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_version_is_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    let ask = admin.ask("DELETE", &path).header("if-match", "\"2\"");
    assert_eq!(ask.send().await.status, 412);
    assert_eq!(admin.get(&path).await.status, 200);
}
