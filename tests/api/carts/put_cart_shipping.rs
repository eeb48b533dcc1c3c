//! `PUT /carts/{id}/shipping`.

use serde_json::json;

use super::{cart_of, put};
use crate::shop::{Shop, address, with};

#[tokio::test(start_paused = true)]
async fn where_it_goes_decides_what_sending_costs() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let zone = json!({
        "name": "Britain",
        "territories": [{"country": "GB"}],
        "methods": [
            {"code": "post", "name": "Post", "rates": [{"price": {"amount": 490, "currency": "EUR"}}]},
            {"code": "express", "name": "Express", "rates": [{"price": {"amount": 990, "currency": "EUR"}}]},
        ],
    });
    let admin = shop.admin().await;
    // The demo shop sends to all the world.
    let zones = admin.get("/api/v1/shipping-zones").await.json();
    for zone in zones["data"].as_array().into_iter().flatten() {
        let id = zone["id"].as_str().unwrap_or_default();
        let gone = admin.delete(&format!("/api/v1/shipping-zones/{id}")).await;
        assert_eq!(gone.status, 204, "{gone:?}");
    }
    let made = admin.post("/api/v1/shipping-zones", &zone).await;
    assert_eq!(made.status, 201, "{made:?}");
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 1).await;
    let path = format!("{cart}/shipping");
    let sent = guest
        .put(&path, &json!({"address": address()}))
        .await
        .json();
    assert_eq!(sent["data"]["shippingMethod"], "post");
    assert_eq!(sent["data"]["totals"]["total"]["amount"], 1_490);
    let express = json!({"address": address(), "method": "express"});
    let sent = guest.put(&path, &express).await.json();
    assert_eq!(sent["data"]["totals"]["shipping"]["amount"], 990);
    let rocket = json!({"address": address(), "method": "rocket"});
    let refused = guest.put(&path, &rocket).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.errors(), ["method: must be one of post, express"]);
    let moon = json!({"address": with(address(), &json!({"country": "AQ"}))});
    let refused = guest.put(&path, &moon).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let rule = "address.country: the shop does not deliver there";
    assert_eq!(refused.errors(), [rule]);
}
