//! `GET /orders/{id}/returns/{returnId}`.

use crate::bought::Bought;
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn a_return_is_shown_to_its_customer_and_to_staff() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let path = bought.returning("requested").await;
    for person in [&bought.customer, &bought.admin] {
        let read = person.get(&path).await;
        assert_eq!(read.status, 200, "{read:?}");
        assert_eq!(read.text("/data/status"), "requested");
    }
    let stranger = shop.newcomer("stranger@example.com").await;
    assert_eq!(stranger.get(&path).await.status, 404);
    let other = format!(
        "{}/returns/0190a0b0-0000-7000-8000-000000000000",
        bought.path
    );
    assert_eq!(bought.customer.get(&other).await.status, 404);
}
