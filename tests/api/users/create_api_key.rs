//! `POST /api-keys`, and what a key opens.

use insta::assert_json_snapshot;
use serde_json::json;

use crate::shop::{Shop, product};

const PATH: &str = "/api/v1/api-keys";
const DAY_S: u64 = 24 * 60 * 60;

#[tokio::test(start_paused = true)]
async fn a_key_is_shown_once_and_opens_what_its_scopes_say() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Importer", "scopes": ["catalog:write", "catalog:read"]});
    let made = admin.post(PATH, &body).await;
    assert_json_snapshot!(made.snapshot());
    let location = format!("{PATH}/{}", made.text("/data/id"));
    assert_eq!(made.header("location"), Some(location.as_str()));
    let secret = made.text("/data/secret");
    assert!(secret.starts_with(&made.text("/data/prefix")));
    let listed = admin.get(PATH).await;
    assert!(!String::from_utf8_lossy(&listed.body).contains(&secret));

    let server = shop.holder(Some(&secret));
    let created = server.post("/api/v1/products", &product("MUG", 100)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let drafts = server.get("/api/v1/products?status=draft").await;
    assert_eq!(drafts.status, 200, "{drafts:?}");
    // The routes for staff, for whoever an object belongs to, and for people.
    for (method, path, needed) in [
        (
            "GET",
            "/api/v1/users",
            "the permission users:read is needed",
        ),
        (
            "GET",
            "/api/v1/orders",
            "the permission orders:read is needed",
        ),
        (
            "GET",
            "/api/v1/notifications",
            "an API key has no account of its own",
        ),
        (
            "GET",
            "/api/v1/orders/019bc0b1-4de8-7000-8000-000000300001",
            "the permission orders:read is needed",
        ),
        (
            "GET",
            "/api/v1/users/me",
            "an API key has no account of its own",
        ),
    ] {
        let refused = server.ask(method, path).send().await;
        assert_eq!(refused.status, 403, "{path} {refused:?}");
        assert_eq!(refused.errors(), [needed], "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_may_read_what_is_anybodys_reads_it() {
    let shop = Shop::with_orders().await;
    let key = shop.key_with(&["orders:read", "payments:read"]).await;
    let server = shop.holder(Some(&key));
    let orders = server.get("/api/v1/orders").await;
    assert_eq!(orders.status, 200, "{orders:?}");
    let order = orders.text("/data/0/id");
    let order = server.get(&format!("/api/v1/orders/{order}")).await;
    assert_eq!(order.status, 200, "{order:?}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_one_is_no_token() {
    let shop = Shop::open().await;
    let good = shop.key_with(&["stock:read", "stock:write"]).await;
    let last = if good.ends_with('0') { "1" } else { "0" };
    let other = shop.key_with(&["stock:read"]).await;
    let forgeries = [
        "sk_".to_owned(),
        "sk_x_y".to_owned(),
        format!("sk_{}_{}", "0".repeat(32), "0".repeat(64)),
        good[..good.len() - 1].to_owned(),
        format!("{good}0"),
        format!("{}{last}", &good[..good.len() - 1]),
        format!("{}{}", &good[..36], &other[36..]),
        good.to_uppercase().replacen("SK", "sk", 1),
        "sk_".to_owned() + &"\u{e4}".repeat(49),
    ];
    for forged in forgeries {
        let server = shop.holder(Some(&forged));
        let read = server.get("/api/v1/inventory/MUG-STONE-BLUE").await;
        assert_eq!(read.status, 401, "{forged} {read:?}");
        let counted = json!({"delta": 1, "reason": "count"});
        let path = "/api/v1/inventory/MUG-STONE-BLUE/adjustments";
        let written = server.post(path, &counted).await;
        assert_eq!(written.status, 401, "{forged} {written:?}");
        assert_eq!(written.header("www-authenticate"), Some("Bearer"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_expires_when_it_was_told_to() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let until = shop.store.now().plus(std::time::Duration::from_secs(3_600));
    let body = json!({
        "name": "Short",
        "scopes": ["stock:read", "stock:write"],
        "expiresAt": until,
    });
    let made = admin.post(PATH, &body).await;
    assert_eq!(made.text("/data/expiresAt"), until.to_string());
    let secret = made.text("/data/secret");
    let server = shop.holder(Some(&secret));
    let path = "/api/v1/inventory/MUG-STONE-BLUE/adjustments";
    let counted = json!({"delta": 1, "reason": "count"});
    shop.wait(3_599).await;
    assert_eq!(server.post(path, &counted).await.status, 201);
    assert_eq!(
        server.get("/api/v1/inventory/MUG-STONE-BLUE").await.status,
        200
    );
    shop.wait(1).await;
    assert_eq!(server.post(path, &counted).await.status, 401);
    assert_eq!(
        server.get("/api/v1/inventory/MUG-STONE-BLUE").await.status,
        401
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_is_good_for_ninety_days_unless_told() {
    let shop = Shop::open().await;
    let key = shop.key_with(&["stock:read"]).await;
    let server = shop.holder(Some(&key));
    let read = "/api/v1/inventory/MUG-STONE-BLUE/movements";
    shop.wait(89 * DAY_S).await;
    assert_eq!(server.get(read).await.status, 200);
    shop.wait(DAY_S).await;
    assert_eq!(server.get(read).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn nobody_gives_a_key_what_they_do_not_have() {
    let shop = Shop::open().await;
    let maker = shop.key_with(&["api-keys:write", "stock:read"]).await;
    let maker = shop.holder(Some(&maker));
    let beyond = json!({"name": "Beyond", "scopes": ["stock:read", "stock:write", "audit:read"]});
    let refused = maker.post(PATH, &beyond).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "forbidden")
    );
    assert_eq!(
        refused.errors(),
        [
            "scopes: stock:write is not yours to give",
            "scopes: audit:read is not yours to give",
        ]
    );
    let within = json!({"name": "Within", "scopes": ["stock:read"]});
    let made = maker.post(PATH, &within).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert!(made.text("/data/createdBy").starts_with("key/"));
    let customer = shop.customer().await;
    assert_eq!(customer.post(PATH, &within).await.status, 403);
    assert_eq!(shop.anybody().post(PATH, &within).await.status, 401);
}

#[tokio::test(start_paused = true)]
async fn every_broken_rule_is_named_at_once() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": " ", "scopes": [], "expiresAt": "tomorrow"});
    assert_json_snapshot!(admin.post(PATH, &body).await.snapshot());
    let now = shop.store.now();
    for until in [now, now.plus(std::time::Duration::from_secs(367 * DAY_S))] {
        let body = json!({"name": "Late", "scopes": ["stock:read"], "expiresAt": until});
        let refused = admin.post(PATH, &body).await;
        assert_eq!(refused.status, 422, "{until}");
        assert_eq!(
            refused.errors(),
            ["expiresAt: must be in the future and at most 366 days away"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_gets_the_same_key_which_is_kept_nowhere() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let body = json!({"name": "Once", "scopes": ["stock:read"]});
    let mut answers = Vec::new();
    for _ in 0..2 {
        let ask = admin.ask("POST", PATH).header("idempotency-key", "one");
        answers.push(ask.json(&body).send().await);
    }
    assert_eq!(answers[1].header("idempotency-replayed"), Some("true"));
    assert_eq!(answers[0].json()["data"], answers[1].json()["data"]);
    let secret = answers[0].text("/data/secret");
    for table in store::tables::TABLES {
        let name = shop.store.naming().table(table);
        let kept = shop.store.cloud().scan(&name).expect("the table");
        let (_, secret) = secret.rsplit_once('_').expect("a secret");
        assert!(!json!(kept).to_string().contains(secret), "{name}");
    }
    let server = shop.holder(Some(&secret));
    let read = server
        .get("/api/v1/inventory/MUG-STONE-BLUE/movements")
        .await;
    assert_eq!(read.status, 200, "{read:?}");
    let listed = admin.get(PATH).await;
    let named = listed.json()["data"].as_array().map_or(0, |keys| {
        keys.iter().filter(|key| key["name"] == "Once").count()
    });
    assert_eq!(named, 1);
}
