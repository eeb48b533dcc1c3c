//! `DELETE /users/{id}`.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, basket};

#[tokio::test(start_paused = true)]
async fn nothing_of_the_person_is_left_but_the_id_that_orders_name() {
    let shop = Shop::open().await;
    let email = "gone@example.com";
    let person = shop.newcomer(email).await;
    let moved = json!({"name": "Greta Gone", "country": "FR"});
    person.put("/api/v1/users/me", &moved).await;
    let id = person.get("/api/v1/users/me").await.text("/data/id");
    let order = person.order(&basket(&[(local::seed::SKU, 1)])).await;
    let order = format!("/api/v1/orders/{}", order.text("/data/id"));
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{id}");
    assert_eq!(admin.delete(&path).await.status, 204);
    let left = admin.get(&path).await;
    assert_json_snapshot!(left.snapshot(), {".body.data.email" => "[placeholder]"});
    assert_eq!(
        left.text("/data/email"),
        format!("erased+{id}@erased.invalid")
    );
    assert_eq!(admin.get(&order).await.text("/data/customerId"), id);

    let login = json!({"email": email, "password": "Newcomer-pass-1"});
    let refused = shop.anybody().post("/api/v1/sessions", &login).await;
    assert_eq!(refused.status, 401);
    // The address is free again, for somebody else.
    let again = shop.newcomer(email).await;
    let other = again.get("/api/v1/users/me").await.text("/data/id");
    assert_ne!(other, id);
    assert_eq!(admin.delete(&path).await.status, 204, "again");
    assert_eq!(again.get("/api/v1/users/me").await.status, 200);

    let users = shop.store.naming().table(&store::tables::USERS);
    let kept = shop.store.cloud().scan(&users).expect("the table");
    let about: Vec<_> = kept
        .iter()
        .filter(|item| item.to_string().contains(&id))
        .collect();
    let text = json!(about).to_string();
    for gone in ["Greta", "Newcomer", email, "session/", "token/"] {
        assert!(!text.contains(gone), "{gone} in {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_erased_is_listed_as_such() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let former = local::seed::FORMER.id;
    let path = format!("/api/v1/users/{former}");
    assert_eq!(admin.delete(&path).await.status, 204);
    for (query, found) in [
        ("status=erased", 1),
        ("status=suspended", 0),
        ("role=customer", 2),
        ("", 4),
    ] {
        let list = admin.get(&format!("/api/v1/users?{query}")).await;
        let length = list.json()["data"].as_array().map(Vec::len);
        assert_eq!(length, Some(found), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_erases_themselves_and_the_last_admin_stays() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{}", local::seed::ADMIN.id);
    let refused = admin.delete(&path).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "invalid_state")
    );
    assert_eq!(refused.errors(), ["nobody can erase themselves"]);
    let key = shop.key_with(&["users:write"]).await;
    let server = shop.holder(Some(&key));
    let refused = server.delete(&path).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.errors(), ["the shop would have no active admin"]);
    let customer = shop.customer().await.delete(&path).await;
    assert_eq!(customer.status, 403);
    let unknown = "/api/v1/users/0190a0b0-0000-7000-8000-00000000000e";
    assert_eq!(admin.delete(unknown).await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_named_must_be_right() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = format!("/api/v1/users/{}", local::seed::FORMER.id);
    for (tag, status) in [("\"2\"", 412), ("\"1\"", 204)] {
        let ask = admin.ask("DELETE", &path).header("if-match", tag);
        assert_eq!(ask.send().await.status, status, "{tag}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_tokens_of_a_closed_account_change_nothing_of_it() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    for erased in [true, false] {
        let person = shop.newcomer(&format!("{erased}@example.com")).await;
        let id = person.get("/api/v1/users/me").await.text("/data/id");
        let path = format!("/api/v1/users/{id}");
        if erased {
            assert_eq!(admin.delete(&path).await.status, 204);
        } else {
            let ask = admin.ask("PATCH", &path);
            let ask = ask.bytes(
                "application/merge-patch+json",
                br#"{"status": "suspended"}"#,
            );
            assert_eq!(ask.send().await.status, 200);
        }
        let left = admin.get(&path).await.json();
        let profile = json!({"name": "Back again", "country": "FR"});
        let password = json!({
            "currentPassword": "Newcomer-pass-1",
            "newPassword": "Another-pass-2",
        });
        let email = json!({
            "email": "back@example.com",
            "currentPassword": "Newcomer-pass-1",
        });
        for (method, route, body) in [
            ("GET", "/api/v1/users/me", None),
            ("GET", "/api/v1/sessions", None),
            ("PUT", "/api/v1/users/me", Some(&profile)),
            ("PATCH", "/api/v1/users/me", Some(&profile)),
            ("PUT", "/api/v1/users/me/password", Some(&password)),
            ("PUT", "/api/v1/users/me/email", Some(&email)),
        ] {
            let ask = person.ask(method, route);
            let ask = match (method, body) {
                ("PATCH", Some(body)) => {
                    ask.bytes("application/merge-patch+json", body.to_string().as_bytes())
                }
                (_, Some(body)) => ask.json(body),
                _ => ask,
            };
            let refused = ask.send().await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (401, "unauthenticated"),
                "{method} {route}: {refused:?}"
            );
        }
        assert_eq!(admin.get(&path).await.json()["data"], left["data"]);
    }
}
