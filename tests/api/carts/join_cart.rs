//! Joining the cart that somebody brings along when they sign in.

use serde_json::json;

use super::{cart_of, contents, put};
use crate::shop::{Person, Shop};

async fn sign_in_with<'a>(shop: &'a Shop, cart: &str) -> Person<'a> {
    let credentials = json!({
        "email": "customer@example.com",
        "password": "Customer-demo-1",
        "cartId": cart.rsplit('/').next(),
    });
    let signed_in = shop.anybody().post("/api/v1/sessions", &credentials).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    shop.settle().await;
    shop.holder(Some(&signed_in.text("/data/accessToken")))
}

#[tokio::test(start_paused = true)]
async fn a_guests_cart_becomes_theirs() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    let guest = shop.anybody();
    let cart = cart_of(&guest).await;
    put(&guest, &cart, "MUG", 2).await;
    let customer = sign_in_with(&shop, &cart).await;
    assert_eq!(contents(&customer, &cart).await, [("MUG".to_owned(), 2)]);
    assert_eq!(guest.get(&cart).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn it_joins_the_one_they_have_once_however_often_it_is_told() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 9).await;
    shop.stocked("TEE", 9).await;
    let (guest, customer) = (shop.anybody(), shop.customer().await);
    let (theirs, guests) = (cart_of(&customer).await, cart_of(&guest).await);
    put(&customer, &theirs, "MUG", 1).await;
    put(&guest, &guests, "MUG", 2).await;
    put(&guest, &guests, "TEE", 1).await;
    let customer = sign_in_with(&shop, &guests).await;
    let all = [("MUG".to_owned(), 3), ("TEE".to_owned(), 1)];
    assert_eq!(contents(&customer, &theirs).await, all);
    assert_eq!(guest.get(&guests).await.status, 404);
    let brought = shop.events().await;
    let brought = brought.iter().find(|event| event["type"] == "CartBrought");
    let brought = brought.expect("the news of the cart").to_string();
    for _ in 0..3 {
        shop.inject("carts-join-cart", &brought).await;
    }
    shop.settle().await;
    assert_eq!(contents(&customer, &theirs).await, all);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn two_that_cannot_be_one_are_both_kept() {
    let shop = Shop::open().await;
    let guest = shop.anybody();
    let made = guest
        .post("/api/v1/carts", &json!({"currency": "USD"}))
        .await;
    let dollars = format!("/api/v1/carts/{}", made.text("/data/id"));
    let customer = shop.customer().await;
    let euros = cart_of(&customer).await;
    let customer = sign_in_with(&shop, &dollars).await;
    for cart in [&dollars, &euros] {
        assert_eq!(customer.get(cart).await.status, 200);
    }
    assert_eq!(guest.get(&dollars).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_cart_stays_theirs() {
    let shop = Shop::open().await;
    let other = shop.newcomer("eve@example.com").await;
    let hers = cart_of(&other).await;
    let customer = sign_in_with(&shop, &hers).await;
    assert_eq!(customer.get(&hers).await.status, 404);
    assert_eq!(other.get(&hers).await.status, 200);
}
