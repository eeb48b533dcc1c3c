//! `DELETE /carts/{id}/coupon`.

use super::cart_of;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn there_may_be_none_to_take_away() {
    let shop = Shop::open().await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    let path = format!("{cart}/coupon");
    assert_eq!(guest.delete(&path).await.status, 204);
    let shown = guest.get(&cart).await.json();
    assert!(shown["data"]["coupon"].is_null());
    assert_eq!(shown["data"]["version"], 1);
}
