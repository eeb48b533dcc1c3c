//! `PUT /promotions/{id}`.

use serde_json::json;

use super::{PROMOTIONS, coupon, made};
use crate::shop::{Shop, with};

#[tokio::test(start_paused = true)]
async fn it_is_written_anew_and_counted() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    shop.wait(5).await;
    let replaced = admin
        .put(&path, &with(coupon("ten"), &json!({"name": "Ten again"})))
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.header("etag"), Some("\"2\""));
    let (old, new) = (
        created.json()["data"].clone(),
        replaced.json()["data"].clone(),
    );
    assert_eq!(new["name"], "Ten again");
    assert_eq!(new["createdAt"], old["createdAt"]);
    assert_ne!(new["updatedAt"], old["updatedAt"]);
    assert_eq!(admin.get(&path).await.json()["data"], new);
}

#[tokio::test(start_paused = true)]
async fn an_outdated_version_is_refused_and_of_many_at_once_none_is_lost() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    let put = |tag: &'static str| {
        let ask = admin.ask("PUT", &path).header("if-match", tag);
        ask.json(&with(coupon("ten"), &json!({"name": "Ten again"})))
            .send()
    };
    assert_eq!(put("\"7\"").await.status, 412);
    assert_eq!(put("\"1\"").await.status, 200);
    assert_eq!(put("\"1\"").await.status, 412);
    let answers = shop.all((0..6).map(|_| put("*"))).await;
    let kept = answers.iter().filter(|answer| answer.status == 200).count();
    let version = admin.get(&path).await.json()["data"]["version"].clone();
    assert_eq!(version, kept + 2);
}

#[tokio::test(start_paused = true)]
async fn a_promotion_keeps_its_code() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    let line = "code: must stay as it was given; for another one, make another promotion";
    for code in [json!("ELEVEN"), json!(null)] {
        let body = with(coupon("TEN"), &json!({ "code": code }));
        let refused = admin.put(&path, &body).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (422, vec![line.to_owned()])
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_is_switched_off_is_told_so() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let created = made(&admin, PROMOTIONS, &coupon("TEN")).await;
    let path = format!("{PROMOTIONS}/{}", created.text("/data/id"));
    let off = with(coupon("TEN"), &json!({"active": false}));
    assert_eq!(admin.put(&path, &off).await.status, 200);
    let body = json!({
        "items": [{"sku": "MUG-STONE-BLUE", "quantity": 1}],
        "couponCode": "TEN",
    });
    let preview = shop.anybody().post(super::PREVIEWS, &body).await;
    let coupon = preview.json()["data"]["coupon"].clone();
    assert_eq!(
        coupon,
        json!({"code": "TEN", "status": "unmet", "reason": "is no longer valid"})
    );
}
