//! `DELETE /shipping-zones/{id}`.

use serde_json::json;

use super::{SHIPPING_ZONES, made, shipping_zone};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_gone_for_prices_too() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, SHIPPING_ZONES, &shipping_zone("NO", 1_250)).await;
    let path = format!("{SHIPPING_ZONES}/{}", created.text("/data/id"));
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "shippingAddress": {"country": "NO"},
    });
    let method = async || {
        let preview = shop.anybody().post(super::PREVIEWS, &body).await;
        preview.text("/data/shipping/method")
    };
    assert_eq!(method().await, "parcel");
    assert_eq!(admin.delete(&path).await.status, 204);
    // The zone that names nothing is left.
    assert_eq!(method().await, "standard");
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.delete(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_version_is_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, SHIPPING_ZONES, &shipping_zone("NO", 1_250)).await;
    let path = format!("{SHIPPING_ZONES}/{}", created.text("/data/id"));
    let ask = admin.ask("DELETE", &path).header("if-match", "\"2\"");
    assert_eq!(ask.send().await.status, 412);
    assert_eq!(admin.get(&path).await.status, 200);
}
