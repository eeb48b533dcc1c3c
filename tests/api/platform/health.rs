//! `GET /health`.

use std::sync::Arc;

use insta::assert_json_snapshot;
use local::aws::{Fault, Faults};

use crate::shop::Shop;

/// Nothing answers.
struct AllDown;

impl Faults for AllDown {
    fn before(&self, _: &str, _: &str) -> Fault {
        Fault::Drop
    }
}

#[tokio::test(start_paused = true)]
async fn the_shop_is_alive() {
    let shop = Shop::open().await;
    let alive = shop.anybody().get("/health").await;
    assert_json_snapshot!(alive.snapshot());
    assert_eq!(alive.header("cache-control"), Some("no-store"));
    assert!(alive.header("x-trace-id").is_some());
    let head = shop.anybody().ask("HEAD", "/health").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn it_is_alive_whatever_has_happened_to_others() {
    let shop = Shop::open().await;
    shop.store.set_faults(Some(Arc::new(AllDown)));
    assert_eq!(shop.anybody().get("/health").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_who_they_are() {
    let shop = Shop::open().await;
    let forged = shop.holder(Some("forged"));
    assert_eq!(forged.get("/health").await.status, 200);
    let asked = shop.anybody().get("/health?verbose=1").await;
    assert_eq!(asked.status, 400);
    assert_eq!(
        asked.errors(),
        ["verbose: is not a known parameter; allowed are fields"]
    );
}
