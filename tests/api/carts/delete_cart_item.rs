//! `DELETE /carts/{id}/items/{sku}`.

use super::{cart_of, contents, put};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_taken_out_is_gone_and_the_rest_stays() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    shop.stocked("TEE", 5).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    put(&guest, &cart, "TEE", 1).await;
    let mug = format!("{cart}/items/MUG");
    assert_eq!(guest.delete(&mug).await.status, 204);
    assert_eq!(contents(&guest, &cart).await, [("TEE".to_owned(), 1)]);
    assert_eq!(guest.delete(&mug).await.status, 404);
}
