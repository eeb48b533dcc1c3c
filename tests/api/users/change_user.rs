//! `PATCH /users/{id}`.

use insta::assert_json_snapshot;
use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop};

/// An account and its path.
async fn somebody<'a>(shop: &'a Shop, email: &str) -> (Person<'a>, String) {
    let person = shop.newcomer(email).await;
    let id = person.get("/api/v1/users/me").await.text("/data/id");
    (person, format!("/api/v1/users/{id}"))
}

async fn patch(person: &Person<'_>, path: &str, body: &Value) -> Answer {
    let media_type = match body {
        Value::Array(_) => "application/json-patch+json",
        _ => "application/merge-patch+json",
    };
    let ask = person.ask("PATCH", path);
    ask.bytes(media_type, body.to_string().as_bytes())
        .send()
        .await
}

#[tokio::test(start_paused = true)]
async fn staff_change_what_an_account_says_and_may() {
    let shop = Shop::open().await;
    let (person, path) = somebody(&shop, "ada@example.com").await;
    let admin = shop.admin().await;
    let body = json!({"name": "Ada Lovelace", "country": "GB", "roles": ["customer", "editor"]});
    let changed = patch(&admin, &path, &body).await;
    assert_json_snapshot!(changed.snapshot());
    assert_eq!(changed.header("etag"), Some("\"2\""));
    assert_eq!(
        admin.get(&path).await.json()["data"],
        changed.json()["data"]
    );
    let steps = json!([
        {"op": "test", "path": "/country", "value": "GB"},
        {"op": "replace", "path": "/country", "value": null},
        {"op": "add", "path": "/roles/-", "value": "support"},
    ]);
    let changed = patch(&admin, &path, &steps).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert!(changed.json()["data"]["country"].is_null());
    let roles = json!(["customer", "editor", "support"]);
    assert_eq!(changed.json()["data"]["roles"], roles);
    let failed = patch(&admin, &path, &steps).await;
    assert_eq!(
        (failed.status, failed.code().as_str()),
        (409, "patch_failed")
    );
    let own = person.get("/api/v1/users/me").await;
    assert_eq!(own.json()["data"]["version"], 3);
    // The token of a new session has the new roles.
    let editor = shop.log_in("ada@example.com", "Newcomer-pass-1").await;
    let drafts = editor.get("/api/v1/products?status=draft").await;
    assert_eq!(drafts.status, 200, "{drafts:?}");
}

#[tokio::test(start_paused = true)]
async fn the_trail_keeps_old_and_new_values() {
    let shop = Shop::open().await;
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let admin = shop.admin().await;
    let body = json!({"name": "Ada Lovelace", "country": "GB", "roles": ["editor"]});
    assert_eq!(patch(&admin, &path, &body).await.status, 200);
    let id = path.rsplit('/').next().unwrap_or_default();
    let trail = format!("/api/v1/audit-events?user={id}");
    let entries = admin.get(&trail).await;
    assert_json_snapshot!(entries.json()["data"][0]["details"]);
    assert_eq!(entries.text("/data/0/action"), "user.changed");
    assert!(!String::from_utf8_lossy(&entries.body).contains("Lovelace"));
}

#[tokio::test(start_paused = true)]
async fn who_is_suspended_cannot_sign_in_until_the_account_is_opened_again() {
    let shop = Shop::open().await;
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let admin = shop.admin().await;
    let login = json!({"email": "ada@example.com", "password": "Newcomer-pass-1"});
    for (status, answer) in [("suspended", 401), ("active", 201)] {
        let changed = patch(&admin, &path, &json!({"status": status})).await;
        assert_eq!(changed.text("/data/status"), status);
        let session = shop.anybody().post("/api/v1/sessions", &login).await;
        assert_eq!(session.status, answer, "{status}");
        let list = admin
            .get(&format!("/api/v1/users?status={status}&limit=1"))
            .await;
        assert_eq!(list.text("/data/0/status"), status);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_takes_their_own_power_away() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{}", local::seed::ADMIN.id);
    for (body, error) in [
        (
            json!({"roles": ["customer"]}),
            "roles: nobody can take their own admin role",
        ),
        (
            json!({"status": "suspended"}),
            "status: nobody can suspend themselves",
        ),
    ] {
        let refused = patch(&admin, &path, &body).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "invalid_state")
        );
        assert_eq!(refused.errors(), [error]);
    }
    let renamed = patch(&admin, &path, &json!({"name": "Ada King"})).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
}

#[tokio::test(start_paused = true)]
async fn the_last_active_admin_stays_even_when_two_dismiss_each_other_at_once() {
    let shop = Shop::open().await;
    let (_, other) = somebody(&shop, "bob@example.com").await;
    let ada = shop.admin().await;
    let made = patch(&ada, &other, &json!({"roles": ["admin"]})).await;
    assert_eq!(made.status, 200, "{made:?}");
    let bob = shop.log_in("bob@example.com", "Newcomer-pass-1").await;
    let one = format!("/api/v1/users/{}", local::seed::ADMIN.id);
    let demoted = json!({"roles": ["customer"]});
    let suspended = json!({"status": "suspended"});
    let answers =
        futures_util::future::join(patch(&ada, &other, &demoted), patch(&bob, &one, &suspended))
            .await;
    let mut statuses = [answers.0.status, answers.1.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{answers:?}");
    let admins = ada.get("/api/v1/users?role=admin&status=active").await;
    assert_eq!(admins.json()["data"].as_array().map(Vec::len), Some(1));
    // Nor does a server dismiss the last.
    let left = format!("/api/v1/users/{}", admins.text("/data/0/id"));
    let key = json!({"name": "Staff", "scopes": ["users:write"]});
    let winner = if answers.0.status == 200 { &ada } else { &bob };
    let key = winner
        .post("/api/v1/api-keys", &key)
        .await
        .text("/data/secret");
    let server = shop.holder(Some(&key));
    for body in [&demoted, &suspended] {
        let refused = patch(&server, &left, body).await;
        assert_eq!(refused.status, 409, "{refused:?}");
        assert_eq!(refused.errors(), ["the shop would have no active admin"]);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_gives_a_role_that_permits_more_than_they_may() {
    let shop = Shop::open().await;
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let key = shop
        .key_with(&[
            "users:write",
            "catalog:read",
            "users:read",
            "content:publish",
        ])
        .await;
    let server = shop.holder(Some(&key));
    let refused = patch(&server, &path, &json!({"roles": ["admin"]})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "forbidden")
    );
    assert_eq!(
        refused.errors(),
        ["roles: admin permits more than is yours to give"]
    );
    let within = patch(&server, &path, &json!({"roles": ["moderator"]})).await;
    assert_eq!(within.status, 200, "{within:?}");
    // What somebody has already is not given.
    let admin = format!("/api/v1/users/{}", local::seed::ADMIN.id);
    let renamed = patch(&server, &admin, &json!({"name": "Ada King"})).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
}

#[tokio::test(start_paused = true)]
async fn what_staff_cannot_change_is_no_field_of_the_document() {
    let shop = Shop::open().await;
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let admin = shop.admin().await;
    for (body, status, error) in [
        (
            json!({"email": "eve@example.com"}),
            400,
            "email: is not a known field",
        ),
        (json!({"version": 9}), 400, "version: is not a known field"),
        (
            json!({"status": "erased"}),
            422,
            "status: must be one of active, suspended",
        ),
        (json!({"roles": []}), 422, "roles: must have 1 to 10 items"),
        (
            json!({"name": ""}),
            422,
            "name: must be 1 to 100 characters",
        ),
    ] {
        let refused = patch(&admin, &path, &body).await;
        assert_eq!(refused.status, status, "{body} {refused:?}");
        assert_eq!(refused.errors(), [error], "{body}");
    }
    assert_eq!(admin.get(&path).await.json()["data"]["version"], 1);
}

#[tokio::test(start_paused = true)]
async fn an_erased_account_is_changed_no_more() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{}", local::seed::FORMER.id);
    assert_eq!(admin.delete(&path).await.status, 204);
    let refused = patch(&admin, &path, &json!({"status": "active"})).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(
        refused.errors(),
        ["status: the account is erased; nothing follows"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right() {
    let shop = Shop::open().await;
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let admin = shop.admin().await;
    for (tag, status) in [("\"2\"", 412), ("\"1\"", 200), ("\"1\"", 412)] {
        let ask = admin.ask("PATCH", &path).header("if-match", tag);
        let body = json!({"name": "Ada"}).to_string();
        let answer = ask
            .bytes("application/merge-patch+json", body.as_bytes())
            .send()
            .await;
        assert_eq!(answer.status, status, "{tag} {answer:?}");
    }
    let customer = shop.customer().await;
    let refused = patch(&customer, &path, &json!({"name": "Eve"})).await;
    assert_eq!(refused.status, 403);
    let unknown = "/api/v1/users/0190a0b0-0000-7000-8000-00000000000e";
    let missing = patch(&admin, unknown, &json!({"name": "Eve"})).await;
    assert_eq!(missing.status, 404);
}

#[tokio::test(start_paused = true)]
async fn whoever_was_suspended_or_demoted_gives_nobody_any_rights() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let promoted = json!({"roles": ["customer", "admin"]});
    for (taken, status) in [
        (json!({"status": "suspended"}), 401),
        (json!({"roles": ["customer"]}), 403),
    ] {
        let email = format!("deputy{status}@example.com");
        let (_, path) = somebody(&shop, &email).await;
        let (_, friend) = somebody(&shop, &format!("friend{status}@example.com")).await;
        assert_eq!(patch(&admin, &path, &promoted).await.status, 200);
        let deputy = shop.log_in(&email, "Newcomer-pass-1").await;
        assert_eq!(patch(&admin, &path, &taken).await.status, 200);
        // The token still says admin, for up to 15 minutes.
        let key = json!({"name": "Later", "scopes": ["users:write"]});
        let tries = [
            patch(&deputy, &path, &promoted).await,
            patch(&deputy, &friend, &promoted).await,
            deputy.ask("DELETE", &friend).send().await,
            deputy.post("/api/v1/api-keys", &key).await,
        ];
        for refused in tries {
            assert_eq!(refused.status, status, "{refused:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nor_does_whoever_was_signed_in_before_the_password_changed() {
    let shop = Shop::open().await;
    let (thief, admin) = (shop.admin().await, shop.admin().await);
    let (_, path) = somebody(&shop, "ada@example.com").await;
    let change = json!({"currentPassword": "Admin-demo-1", "newPassword": "Another-pass-2"});
    let changed = admin.put("/api/v1/users/me/password", &change).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    let promoted = json!({"roles": ["customer", "admin"]});
    let refused = patch(&thief, &path, &promoted).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    // The session in which it changed goes on.
    assert_eq!(patch(&admin, &path, &promoted).await.status, 200);
}
