//! `GET /sessions`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

const PATH: &str = "/api/v1/sessions";

async fn ada(shop: &Shop) -> Person<'_> {
    shop.log_in("ada@example.com", "Newcomer-pass-1").await
}

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let body = answer.json();
    let sessions = body["data"].as_array().cloned().unwrap_or_default();
    let id = |session: &Value| session["id"].as_str().unwrap_or_default().to_owned();
    sessions.iter().map(id).collect()
}

#[tokio::test(start_paused = true)]
async fn people_see_where_they_are_signed_in() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    shop.wait(60).await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    let ask = shop.anybody().at("203.0.113.7").ask("POST", PATH);
    let phone = ask.header("user-agent", "Phone/1.0").json(&login);
    let phone = phone.send().await.text("/data/accessToken");
    shop.wait(60).await;
    let listed = shop.holder(Some(&phone)).get(PATH).await;
    assert_json_snapshot!(listed.snapshot());
    let sessions = listed.json()["data"].clone();
    assert_eq!(sessions[0]["userAgent"], "Phone/1.0");
    assert_eq!(sessions[0]["current"], true);
    assert_eq!(sessions[1]["current"], false);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_listed() {
    let shop = Shop::open().await;
    let first = shop.newcomer("ada@example.com").await;
    let mut signed_in = Vec::new();
    for _ in 0..4 {
        shop.wait(1).await;
        signed_in.push(ada(&shop).await);
    }
    let all = ids(&first.get(PATH).await);
    assert_eq!(all.len(), 5);
    let path = format!("{PATH}/{}", all[1]);
    assert_eq!(first.delete(&path).await.status, 204);
    assert_eq!(
        signed_in[1].delete(&format!("{PATH}/current")).await.status,
        204
    );
    let left = [&all[0], &all[3], &all[4]].map(Clone::clone);
    assert_eq!(ids(&first.get(PATH).await), left);

    // By cursor and by number, what is over leaves no gap and is not counted.
    let mut paged = Vec::new();
    let mut path = format!("{PATH}?limit=1");
    for _ in 0..10 {
        let page = first.get(&path).await;
        paged.extend(ids(&page));
        match page.json()["links"]["next"].as_str() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged, left);
    let numbered = first.get(&format!("{PATH}?page=2&pageSize=2")).await;
    assert_eq!(ids(&numbered), left[2..]);
    assert_eq!(numbered.json()["meta"]["total"], 3);

    shop.wait(31 * 24 * 60 * 60).await;
    let later = ada(&shop).await;
    assert_eq!(ids(&later.get(PATH).await).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_sees_the_sessions_of_others() {
    let shop = Shop::open().await;
    let ada = shop.newcomer("ada@example.com").await;
    let eve = shop.newcomer("eve@example.com").await;
    let (hers, others) = (ids(&ada.get(PATH).await), ids(&eve.get(PATH).await));
    assert_eq!((hers.len(), others.len()), (1, 1));
    assert_ne!(hers, others);
    assert_eq!(shop.anybody().get(PATH).await.status, 401);
}
