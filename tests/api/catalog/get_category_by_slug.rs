//! `GET /categories/by-slug/{slug}`.

use serde_json::json;

use super::{category, patch};
use crate::shop::Shop;

const BY_SLUG: &str = "/api/v1/categories/by-slug";

#[tokio::test(start_paused = true)]
async fn a_former_slug_leads_on_until_somebody_takes_it() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    let id = category(&admin, "Garden", None).await;
    let path = format!("/api/v1/categories/{id}");
    let read = shop.anybody().get(&format!("{BY_SLUG}/garden")).await;
    assert_eq!((read.status, read.text("/data/id")), (200, id.clone()));
    for slug in ["yard", "park"] {
        let renamed = patch(&admin, &path, &json!({"slug": slug})).await;
        assert_eq!(renamed.status, 200, "{renamed:?}");
    }
    for former in ["garden", "yard"] {
        let moved = shop.anybody().get(&format!("{BY_SLUG}/{former}")).await;
        assert_eq!((moved.status, moved.body.len()), (301, 0), "{moved:?}");
        let location = moved.header("location").expect("a location");
        assert_eq!(location, format!("{BY_SLUG}/park"));
        assert_eq!(shop.anybody().get(location).await.text("/data/id"), id);
    }
    // Another takes a name that was given up; the one that gave it up cannot have it back.
    let other = category(&admin, "Yard", None).await;
    let read = shop.anybody().get(&format!("{BY_SLUG}/yard")).await;
    assert_eq!((read.status, read.text("/data/id")), (200, other));
    let back = patch(&admin, &path, &json!({"slug": "yard"})).await;
    assert_eq!(back.code(), "slug_taken");
    // Its own former name is free for it as well.
    let back = patch(&admin, &path, &json!({"slug": "garden"})).await;
    assert_eq!(back.status, 200, "{back:?}");
    let read = shop.anybody().get(&format!("{BY_SLUG}/garden")).await;
    assert_eq!(read.status, 200);
    let moved = shop.anybody().get(&format!("{BY_SLUG}/park")).await;
    assert_eq!(moved.status, 301);
    // With the category go all of its names.
    assert_eq!(admin.delete(&path).await.status, 204);
    for slug in ["garden", "park"] {
        let gone = shop.anybody().get(&format!("{BY_SLUG}/{slug}")).await;
        assert_eq!(gone.status, 404, "{slug}");
    }
    category(&admin, "Park", None).await;
}

#[tokio::test(start_paused = true)]
async fn unknown_and_malformed_slugs_are_not_found() {
    let shop = Shop::open().await;
    for slug in ["nothing", "No-Slug", "a%20b", "-"] {
        let answer = shop.anybody().get(&format!("{BY_SLUG}/{slug}")).await;
        assert_eq!(answer.code(), "not_found", "{slug}");
    }
}
