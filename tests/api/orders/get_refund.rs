//! `GET /orders/{id}/refunds/{refundId}`.

use serde_json::json;

use crate::bought::Bought;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn a_refund_is_shown_to_its_customer_and_to_staff() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    let asked = bought.give_back(&json!({"reason": "a gesture"})).await;
    let path = asked.header("location").expect("a place");
    for person in [&bought.customer, &bought.admin] {
        let read = person.get(path).await;
        assert_eq!(read.status, 200, "{read:?}");
        assert_eq!(read.json()["data"], asked.json()["data"]);
    }
    let tag = bought.customer.get(path).await;
    let tag = tag.header("etag").expect("a tag").to_owned();
    let known = bought
        .customer
        .ask("GET", path)
        .header("if-none-match", &tag);
    assert_eq!(known.send().await.status, 304);
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.get(path).await.status, 404);
    let other = format!(
        "{}/refunds/0190a0b0-0000-7000-8000-000000000000",
        bought.path
    );
    assert_eq!(bought.customer.get(&other).await.status, 404);
}
