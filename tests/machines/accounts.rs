//! Accounts: opened by their owners, closed, opened again and erased by staff.

use domain::machine::Machine;
use domain::user::UserStatus;
use serde_json::json;

use super::{Watch, nobody_knows, other};
use crate::shop::{Answer, Person, Shop};

pub(super) const WALKED: &str = UserStatus::NAME;

/// The path of a new account that stands there.
async fn at(shop: &Shop, admin: &Person<'_>, status: UserStatus) -> String {
    let email = format!("{}@example.com", shop.key());
    let body = json!({"email": email, "password": "Newcomer-pass-1", "name": "Newcomer"});
    let made = shop.anybody().post("/api/v1/users", &body).await;
    let path = format!("/api/v1/users/{}", made.text("/data/id"));
    match status {
        UserStatus::Active => {}
        UserStatus::Suspended => assert_eq!(patch(admin, &path, status).await.status, 200),
        UserStatus::Erased => assert_eq!(admin.delete(&path).await.status, 204),
    }
    path
}

async fn patch(admin: &Person<'_>, path: &str, status: UserStatus) -> Answer {
    let ask = admin.ask("PATCH", path);
    ask.json(&json!({ "status": status })).send().await
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_every_other_one_is_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for (from, to) in UserStatus::MOVES {
        let path = at(&shop, &admin, *from).await;
        assert_eq!(admin.get(&path).await.text("/data/status"), from.as_str());
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (UserStatus::Active, UserStatus::Suspended)
            | (UserStatus::Suspended, UserStatus::Active) => {
                assert_eq!(patch(&admin, &path, *to).await.status, 200);
            }
            (UserStatus::Active | UserStatus::Suspended, UserStatus::Erased) => {
                assert_eq!(admin.delete(&path).await.status, 204);
            }
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        assert_eq!(admin.get(&path).await.text("/data/status"), to.as_str());
    }
    for (from, to) in other() {
        let path = at(&shop, &admin, from).await;
        let before = admin.get(&path).await.json()["data"].clone();
        match (from, to) {
            (_, UserStatus::Erased) => assert_eq!(admin.delete(&path).await.status, 204),
            // Where it is already, it stays.
            (from, to) if from == to => {
                assert_eq!(patch(&admin, &path, to).await.status, 200);
            }
            (_, to) => {
                let refused = patch(&admin, &path, to).await;
                assert_eq!(refused.status, 409, "{from} to {to}: {refused:?}");
                assert_eq!(refused.code(), "invalid_state");
                let detail = json!([{"from": from, "allowed": []}]);
                assert_eq!(refused.json()["details"], detail);
                let reason = "status: the account is erased; nothing follows";
                assert_eq!(refused.errors(), [reason]);
            }
        }
        let mut after = admin.get(&path).await.json()["data"].clone();
        // What staff has looked over counts as a change, even where all is as it was.
        for counted in ["version", "updatedAt"] {
            after[counted] = before[counted].clone();
        }
        assert_eq!(after, before, "{from} to {to}");
    }
}
