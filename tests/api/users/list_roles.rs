//! `GET /roles`.

use insta::assert_json_snapshot;

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn staff_see_what_each_role_permits() {
    let shop = Shop::open().await;
    let roles = shop.admin().await.get("/api/v1/roles").await;
    assert_json_snapshot!(roles.snapshot());
    let customer = shop.customer().await.get("/api/v1/roles").await;
    assert_eq!(customer.status, 403);
}
