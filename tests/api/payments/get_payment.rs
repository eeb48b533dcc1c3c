//! `GET /payments/{id}`.

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn a_payment_is_seen_by_whoever_sees_its_order() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let paid = customer.pay(&placed.text("/data/id"), "pm_test_ok").await;
    let path = format!("/api/v1/payments/{}", paid.text("/data/id"));
    assert_eq!(paid.header("location"), Some(path.as_str()));
    let read = customer.get(&path).await;
    assert_eq!(read.json()["data"], paid.json()["data"]);
    assert_eq!(shop.admin().await.get(&path).await.status, 200);
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(shop.anybody().get(&path).await.status, 401);
}
