//! `GET /ready`.

use std::sync::Arc;

use insta::assert_json_snapshot;
use local::aws::{Fault, Faults};
use serde_json::Value;

use crate::shop::Shop;

/// One operation of the services fails.
struct Down(&'static str);

impl Faults for Down {
    fn before(&self, _: &str, operation: &str) -> Fault {
        if operation == self.0 {
            Fault::Drop
        } else {
            Fault::None
        }
    }
}

/// The dependencies that are down, by the first word of their names.
fn down(body: &Value) -> Vec<String> {
    let dependencies = body["data"]["dependencies"].as_array().expect("a list");
    let mut kinds: Vec<String> = dependencies
        .iter()
        .filter(|one| one["status"] == "down")
        .filter_map(|one| one["name"].as_str()?.split(' ').next().map(str::to_owned))
        .collect();
    kinds.dedup();
    kinds
}

#[tokio::test(start_paused = true)]
async fn every_dependency_is_named_and_up() {
    let shop = Shop::open().await;
    let ready = shop.anybody().get("/ready").await;
    assert_json_snapshot!(ready.snapshot());
    assert_eq!(ready.header("cache-control"), Some("no-store"));
    let head = shop.anybody().ask("HEAD", "/ready").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test(start_paused = true)]
async fn a_dependency_that_does_not_answer_is_named() {
    for (operation, kind) in [("GetItem", "table"), ("GetQueueAttributes", "queue")] {
        let shop = Shop::open().await;
        shop.store.set_faults(Some(Arc::new(Down(operation))));
        let degraded = shop.anybody().get("/ready").await;
        assert_eq!(degraded.status, 503, "{degraded:?}");
        let body = degraded.json();
        assert_eq!(body["data"]["status"], "degraded");
        assert_eq!(down(&body), [kind]);
        // It recovers by itself.
        shop.store.set_faults(None);
        assert_eq!(shop.anybody().get("/ready").await.status, 200);
    }
}
