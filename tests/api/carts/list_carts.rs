//! `GET /carts`.

use super::{cart_of, put};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn customers_see_their_own_newest_first() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let first = cart_of(&customer).await;
    shop.wait(1).await;
    let second = cart_of(&customer).await;
    put(&customer, &first, "MUG", 3).await;
    cart_of(&shop.newcomer("eve@example.com").await).await;
    let mine = customer.get("/api/v1/carts").await.json();
    let ids: Vec<String> = mine["data"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|cart| format!("/api/v1/carts/{}", cart["id"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(ids, [second, first]);
    assert_eq!(mine["data"][1]["units"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_guest_has_no_list() {
    let shop = Shop::open().await;
    cart_of(&shop.anybody()).await;
    assert_eq!(shop.anybody().get("/api/v1/carts").await.status, 401);
}
