//! `DELETE /promotions/{id}`.

use serde_json::json;

use super::{PROMOTIONS, coupon, made};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_deleted_is_gone_for_prices_too() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "couponCode": "TEN",
    });
    let status = async || {
        let preview = shop.anybody().post(super::PREVIEWS, &body).await;
        preview.text("/data/coupon/status")
    };
    assert_eq!(status().await, "applied");
    assert_eq!(admin.delete(&path).await.status, 204);
    assert_eq!(status().await, "unknown");
    // Its code can be given to another.
    made(&admin, PROMOTIONS, &coupon("TEN")).await;
    assert_eq!(status().await, "applied");
    assert_eq!(admin.get(&path).await.status, 404);
    assert_eq!(admin.delete(&path).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_version_is_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    let ask = admin.ask("DELETE", &path).header("if-match", "\"2\"");
    assert_eq!(ask.send().await.status, 412);
    assert_eq!(admin.get(&path).await.status, 200);
}
