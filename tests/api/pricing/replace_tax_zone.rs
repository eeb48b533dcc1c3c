//! `PUT /tax-zones/{id}`.

use super::{TAX_ZONES, made, tax_zone};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn it_is_written_anew_and_counted() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    shop.wait(5).await;
    let replaced = admin.put(&path, &tax_zone("SE", 120_000)).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    let (old, new) = (
        created.json()["data"].clone(),
        replaced.json()["data"].clone(),
    );
    assert_eq!(new["name"], "Taxes of SE");
    assert_eq!(new["createdAt"], old["createdAt"]);
    assert_ne!(new["updatedAt"], old["updatedAt"]);
    assert_eq!(admin.get(&path).await.json()["data"], new);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_version_is_refused_and_of_many_at_once_none_is_lost() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, TAX_ZONES, &tax_zone("NO", 250_000)).await;
    let path = format!("{TAX_ZONES}/{}", created.text("/data/id"));
    let put = |tag: &'static str| {
        let ask = admin.ask("PUT", &path).header("if-match", tag);
        ask.json(&tax_zone("SE", 120_000)).send()
    };
    assert_eq!(put("\"7\"").await.status, 412);
    assert_eq!(put("\"1\"").await.status, 200);
    assert_eq!(put("\"1\"").await.status, 412);
    let answers = shop.all((0..6).map(|_| put("*"))).await;
    let kept = answers.iter().filter(|answer| answer.status == 200).count();
    let version = admin.get(&path).await.json()["data"]["version"].clone();
    assert_eq!(version, kept + 2);
}
