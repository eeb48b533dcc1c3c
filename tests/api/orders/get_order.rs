//! `GET /orders/{id}`.

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn an_order_is_its_customers_and_staffs() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let customer = shop.customer().await;
    let placed = customer.order(&basket(&[("MUG", 1)])).await;
    let path = format!("/api/v1/orders/{}", placed.text("/data/id"));
    let read = customer.get(&path).await;
    assert_eq!(read.json()["data"], placed.json()["data"]);
    assert_eq!(read.header("etag"), Some("\"1\""));
    assert_eq!(shop.admin().await.get(&path).await.status, 200);
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(shop.anybody().get(&path).await.status, 401);
}
