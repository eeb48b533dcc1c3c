//! `GET /users/me/notification-preferences`.

use insta::assert_json_snapshot;

use crate::shop::Shop;

const PATH: &str = "/api/v1/users/me/notification-preferences";

#[tokio::test(start_paused = true)]
async fn who_never_said_anything_gets_everything() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let read = ada.get(PATH).await;
    assert_json_snapshot!(read.snapshot());
    assert_eq!(read.header("etag"), Some("\"0\""));
    assert_eq!(shop.anybody().get(PATH).await.status, 401);
}
