//! `DELETE /carts/{id}`.

use super::cart_of;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_is_thrown_away_is_gone() {
    let shop = Shop::open().await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    let stale = guest.ask("DELETE", &cart).header("if-match", "\"7\"");
    assert_eq!(stale.send().await.status, 412);
    assert_eq!(guest.delete(&cart).await.status, 204);
    assert_eq!(guest.get(&cart).await.status, 404);
    assert_eq!(guest.delete(&cart).await.status, 404);
}
