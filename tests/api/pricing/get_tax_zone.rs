//! `GET /tax-zones/{id}`.

use super::{TAX_ZONES, made, tax_zone};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_was_made_is_read_as_it_was_answered() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    let read = admin.get(&path).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.json()["data"], created.json()["data"]);
    assert_eq!(read.header("etag"), Some("\"1\""));
}

#[tokio::test(start_paused = true)]
async fn it_is_for_staff() {
    let shop = Shop::open().await;
    let created = made(&shop.admin().await, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    assert_eq!(shop.anybody().get(&path).await.status, 401);
    assert_eq!(shop.customer().await.get(&path).await.status, 403);
    let key = shop.key_with(&["pricing:read"]).await;
    let server = shop.holder(Some(&key));
    assert_eq!(server.get(&path).await.status, 200);
    assert_eq!(server.delete(&path).await.status, 403);
}
