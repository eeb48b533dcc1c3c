//! `GET /users/{id}`.

use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn staff_see_anybody_as_they_see_themselves() {
    let shop = Shop::open().await;
    let customer = shop.customer().await;
    let own = customer.get("/api/v1/users/me").await;
    let path = format!("/api/v1/users/{}", own.text("/data/id"));
    let admin = shop.admin().await;
    let seen = admin.get(&path).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(seen.json()["data"], own.json()["data"]);
    let tag = seen.header("etag").expect("a tag").to_owned();
    let known = admin.ask("GET", &path).header("if-none-match", &tag);
    assert_eq!(known.send().await.status, 304);
    assert_eq!(customer.get(&path).await.status, 403, "not even their own");
    let key = shop.key_with(&["users:read"]).await;
    assert_eq!(shop.holder(Some(&key)).get(&path).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_not_there_is_not_found() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for id in ["0190a0b0-0000-7000-8000-00000000000e", "you", "1"] {
        let answer = admin.get(&format!("/api/v1/users/{id}")).await;
        assert_eq!(answer.status, 404, "{id}");
    }
}
