//! `POST /carts/{id}/merges`.

use serde_json::json;

use super::{cart_of, contents, put};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn all_of_both_is_in_one_and_the_other_is_gone() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    shop.stocked("TEE", 9).await;
    let (guest, customer) = (shop.anybody(), shop.customer().await);
    let (theirs, guests) = (cart_of(&customer).await, cart_of(&guest).await);
    put(&customer, &theirs, "MUG", 2).await;
    put(&guest, &guests, "MUG", 1).await;
    put(&guest, &guests, "TEE", 4).await;
    let guests_id = guests.rsplit('/').next().unwrap_or_default();
    let path = format!("{theirs}/merges");
    let merge = async || {
        let ask = customer
            .ask("POST", &path)
            .json(&json!({"cartId": guests_id}));
        ask.header("idempotency-key", "merge").send().await
    };
    let merged = merge().await;
    assert_eq!(merged.status, 201, "{merged:?}");
    let all = [("MUG".to_owned(), 3), ("TEE".to_owned(), 4)];
    assert_eq!(contents(&customer, &theirs).await, all);
    assert_eq!(guest.get(&guests).await.status, 404);
    // Repeated, it adds nothing twice.
    assert_eq!(merge().await.status, 201);
    assert_eq!(contents(&customer, &theirs).await, all);
    let without_key = customer.post(&path, &json!({"cartId": guests_id})).await;
    assert_eq!(without_key.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_cart_does_not_join_itself_and_not_somebody_elses() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let other = shop.newcomer("eve@example.com").await;
    let (mine, hers) = (cart_of(&customer).await, cart_of(&other).await);
    let id = |cart: &str| cart.rsplit('/').next().unwrap_or_default().to_owned();
    let path = format!("{mine}/merges");
    let itself = customer.post(&path, &json!({"cartId": id(&mine)})).await;
    assert_eq!(itself.status, 422);
    let foreign = customer.post(&path, &json!({"cartId": id(&hers)})).await;
    assert_eq!(foreign.status, 404);
    assert_eq!(other.get(&hers).await.status, 200);
}
