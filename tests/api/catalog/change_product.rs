//! `PATCH /products/{id}`.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, product};

const MERGE: &str = "application/merge-patch+json";
const STEPS: &str = "application/json-patch+json";

/// A mug with everything that a product can have, and its path.
async fn mug(admin: &Person<'_>) -> String {
    let body = json!({
        "name": "Enamel mug",
        "slug": "enamel-mug",
        "description": "Holds 300 ml.",
        "status": "active",
        "variants": [
            {
                "sku": "MUG-BLUE",
                "options": {"colour": "blue"},
                "prices": [{"amount": 1250, "currency": "EUR"}, {"amount": 1400, "currency": "USD"}],
                "weightGrams": 350,
            },
            {
                "sku": "MUG-RED",
                "options": {"colour": "red"},
                "prices": [{"amount": 1250, "currency": "EUR"}],
                "weightGrams": 350,
            },
        ],
        "images": ["https://images.example.com/mug.jpg"],
    });
    let created = admin.post("/api/v1/products", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    format!("/api/v1/products/{}", created.text("/data/id"))
}

async fn patch(person: &Person<'_>, path: &str, media_type: &str, patch: &Value) -> Answer {
    person
        .ask("PATCH", path)
        .header("if-match", "*")
        .bytes(media_type, patch.to_string().as_bytes())
        .send()
        .await
}

#[tokio::test(start_paused = true)]
async fn a_merge_patch_changes_what_it_names_and_clears_what_is_null() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let before = admin.get(&path).await.json();
    let merge = json!({"name": "Enamel cup", "description": null, "images": null});
    let changed = patch(&admin, &path, MERGE, &merge).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let mut expected = before["data"].clone();
    expected["name"] = json!("Enamel cup");
    expected["description"] = json!("");
    expected["images"] = json!([]);
    expected["version"] = json!(2);
    expected["updatedAt"] = changed.json()["data"]["updatedAt"].clone();
    assert_eq!(changed.json()["data"], expected);
    assert_eq!(admin.get(&path).await.json()["data"], expected);
    // Plain JSON is a merge patch too. What is cleared comes to its default.
    let cleared = json!({"slug": null, "status": null});
    let changed = patch(&admin, &path, "application/json", &cleared).await;
    assert_eq!(changed.text("/data/slug"), "enamel-cup");
    assert_eq!(changed.text("/data/status"), "draft");
}

#[tokio::test(start_paused = true)]
async fn a_merge_patch_replaces_arrays_as_they_are() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let price = json!([{"amount": 900, "currency": "EUR"}]);
    let merge = json!({"variants": [{"sku": "MUG-RED", "prices": price}]});
    let changed = patch(&admin, &path, MERGE, &merge).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(
        changed.json()["data"]["variants"],
        json!([{
            "sku": "MUG-RED", "options": {}, "prices": price,
            "weightGrams": 0, "taxCategory": "standard",
        }])
    );
    // What is gone can be sold under by others, what stayed cannot.
    let shared = admin.post("/api/v1/products", &product("MUG-RED", 1)).await;
    assert_eq!(shared.code(), "sku_taken");
    let free = admin
        .post("/api/v1/products", &product("MUG-BLUE", 1))
        .await;
    assert_eq!(free.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_carries_out_its_steps_in_turn() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let steps = json!([
        {"op": "test", "path": "/variants/0/prices/0/amount", "value": 1250},
        {"op": "replace", "path": "/variants/0/prices/0/amount", "value": 1300},
        {"op": "remove", "path": "/variants/1"},
        {"op": "add", "path": "/images/-", "value": "https://images.example.com/side.jpg"},
        {"op": "move", "from": "/images/1", "path": "/images/0"},
        {"op": "copy", "from": "/name", "path": "/description"},
    ]);
    let changed = patch(&admin, &path, STEPS, &steps).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let data = &changed.json()["data"];
    assert_eq!(data["variants"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["variants"][0]["prices"][0]["amount"], 1300);
    assert_eq!(data["variants"][0]["prices"][1]["amount"], 1400);
    assert_eq!(data["images"][0], "https://images.example.com/side.jpg");
    assert_eq!(data["images"][1], "https://images.example.com/mug.jpg");
    assert_eq!(data["description"], "Enamel mug");
    assert_eq!(data["version"], 2);
}

#[tokio::test(start_paused = true)]
async fn a_json_patch_is_carried_out_as_a_whole_or_not_at_all() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let before = admin.get(&path).await.json();
    let first = json!({"op": "replace", "path": "/name", "value": "Changed"});
    for (step, error) in [
        (
            json!({"op": "test", "path": "/status", "value": "draft"}),
            "body[1].value: is not what stands at the path",
        ),
        (
            json!({"op": "remove", "path": "/variants/2"}),
            "body[1].path: is not there",
        ),
        (
            json!({"op": "copy", "from": "/colour", "path": "/name"}),
            "body[1].from: is not there",
        ),
    ] {
        let refused = patch(&admin, &path, STEPS, &json!([first, step])).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "patch_failed")
        );
        assert_eq!(refused.errors(), [error]);
    }
    assert_eq!(admin.get(&path).await.json()["data"], before["data"]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_parsed_and_what_breaks_a_rule_is_named() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    for (media_type, body, status, errors) in [
        (
            MERGE,
            json!({"colour": null, "name": 7, "version": 2}),
            400,
            vec![
                "name: must be a string",
                "colour: is not a known field",
                "version: is not a known field",
            ],
        ),
        (MERGE, json!({"name": null}), 400, vec!["name: is required"]),
        (MERGE, json!([]), 400, vec!["body: must be an object"]),
        (
            MERGE,
            json!({"name": "", "variants": []}),
            422,
            vec![
                "name: must be 1 to 100 characters",
                "variants: must have 1 to 40 items",
            ],
        ),
        (STEPS, json!({}), 400, vec!["body: must be an array"]),
        (
            STEPS,
            json!([{"op": "add", "path": "name"}]),
            400,
            vec![
                "body[0].path: must be a JSON Pointer",
                "body[0].value: is required",
            ],
        ),
        // Steps that can be read, but lead to no product, break a rule.
        (
            STEPS,
            json!([{"op": "add", "path": "/colour", "value": "red"}]),
            422,
            vec!["colour: is not a known field"],
        ),
        (
            STEPS,
            json!([{"op": "remove", "path": "/variants"}]),
            422,
            vec!["variants: is required"],
        ),
        (
            STEPS,
            json!([{"op": "copy", "from": "/variants/0", "path": "/variants/-"}]),
            422,
            vec![
                "variants[2].sku: must be unique within the product",
                "variants[2].options: must differ from those of the other variants",
            ],
        ),
    ] {
        let refused = patch(&admin, &path, media_type, &body).await;
        assert_eq!(
            (refused.status, refused.errors()),
            (status, errors.into_iter().map(str::to_owned).collect()),
            "{body}"
        );
    }
    let version = &admin.get(&path).await.json()["data"]["version"];
    assert_eq!(*version, 1);
}

#[tokio::test(start_paused = true)]
async fn other_media_types_are_told_which_are_taken() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let refused = patch(&admin, &path, "text/plain", &json!({"name": "x"})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (415, "unsupported_media_type")
    );
    assert_eq!(
        refused.header("accept-patch"),
        Some("application/merge-patch+json, application/json-patch+json, application/json")
    );
}

#[tokio::test(start_paused = true)]
async fn the_version_must_be_named_and_right() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let merge = json!({"name": "Cup"}).to_string();
    let unguarded = admin.ask("PATCH", &path);
    let unguarded = unguarded.bytes(MERGE, merge.as_bytes()).send().await;
    assert_eq!(
        (unguarded.status, unguarded.code().as_str()),
        (428, "precondition_required")
    );
    for (tag, status) in [("\"7\"", 412), ("\"1\"", 200), ("\"1\"", 412)] {
        let ask = admin.ask("PATCH", &path).header("if-match", tag);
        let answer = ask.bytes(MERGE, merge.as_bytes()).send().await;
        assert_eq!(answer.status, status, "{tag} {answer:?}");
    }
    // Whoever is late learns that, not that the patch does not fit.
    let steps = json!([{"op": "test", "path": "/name", "value": "Mug"}]).to_string();
    let ask = admin.ask("PATCH", &path).header("if-match", "\"1\"");
    let late = ask.bytes(STEPS, steps.as_bytes()).send().await;
    assert_eq!(late.status, 412);
}

#[tokio::test(start_paused = true)]
async fn patches_at_once_all_leave_their_mark() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    let asks = (0..6).map(|number| {
        let step = json!([{
            "op": "add", "path": "/images/-",
            "value": format!("https://images.example.com/{number}.jpg"),
        }]);
        let (admin, path) = (admin.clone(), path.clone());
        async move { patch(&admin, &path, STEPS, &step).await.status }
    });
    assert_eq!(shop.all(asks).await, [200; 6]);
    let read = admin.get(&path).await.json();
    assert_eq!(read["data"]["images"].as_array().map(Vec::len), Some(7));
    assert_eq!(read["data"]["version"], 7);
}

#[tokio::test(start_paused = true)]
async fn taken_names_and_unknown_products_are_refused() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let path = mug(&admin).await;
    shop.stocked("ONE", 0).await;
    let slug = patch(&admin, &path, MERGE, &json!({"slug": "thing-one"})).await;
    assert_eq!((slug.status, slug.code().as_str()), (409, "slug_taken"));
    let step = json!([{"op": "replace", "path": "/variants/0/sku", "value": "ONE"}]);
    let sku = patch(&admin, &path, STEPS, &step).await;
    assert_eq!((sku.status, sku.code().as_str()), (409, "sku_taken"));
    let nowhere = "/api/v1/products/0190a0b0-0000-7000-8000-000000000000";
    let merge = json!({"name": "Cup"});
    assert_eq!(patch(&admin, nowhere, MERGE, &merge).await.status, 404);
    let customer = shop.customer().await;
    assert_eq!(patch(&customer, &path, MERGE, &merge).await.status, 403);
    assert_eq!(
        patch(&shop.anybody(), &path, MERGE, &merge).await.status,
        401
    );
}
