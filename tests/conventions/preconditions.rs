//! Conditions of changes: the version that a change is based on, and what a patch takes for granted. Where
//! they do not hold, nothing changes.

use edge::route::{Method, Precondition};
use serde_json::{Value, json};
use store::tables::{TABLES, USAGE};

use super::{is_well_mannered, limited};
use crate::contract::declaring;
use crate::samples::{Names, Sample, applied_to, routes, whose_route};
use crate::shop::{Answer, Shop};

/// A version that no object of the demo shop has.
const OUTDATED: &str = "\"999999\"";

#[tokio::test(start_paused = true)]
async fn where_a_version_is_demanded_a_change_without_one_is_428() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in routes() {
        let name = sample.name();
        let without = sample.with_header("if-match", None).sent(&shop).await;
        if without.status == 428 {
            assert_eq!(without.code(), "precondition_required", "{name}");
            is_well_mannered(&sample, &without);
            applied.insert(name);
        }
    }
    let demands = |route: &edge::Route| route.precondition == Precondition::Required;
    applied_to(&applied, whose_route(demands), &[]);
    assert_eq!(applied, declaring(428));
}

/// Everything that the shop keeps, but how often it was asked.
fn kept(shop: &Shop) -> Vec<(String, Vec<Value>)> {
    TABLES
        .into_iter()
        .filter(|table| *table != &USAGE)
        .map(|table| {
            let name = shop.store.naming().table(table);
            let items = shop.store.cloud().scan(&name).expect("the table");
            (name, items)
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_change_to_another_version_is_412_and_changes_nothing() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in routes() {
        let name = sample.name();
        let before = kept(&shop);
        let outdated = sample.with_header("if-match", Some(OUTDATED));
        let outdated = outdated.sent(&shop).await;
        is_well_mannered(&sample, &outdated);
        if outdated.status == 412 {
            assert_eq!(outdated.code(), "precondition_failed", "{name}");
            assert_eq!(kept(&shop), before, "{name}");
            let current = sample.with_header("if-match", Some("*")).sent(&shop).await;
            assert!(current.status < 300, "{name}: {current:?}");
            applied.insert(name);
        }
    }
    applied_to(&applied, declaring(412), &[]);
}

/// What has no text that could be patched.
const WITHOUT_TEXT: &str = "notifications-change-notification";

/// The object that a PATCH is about, as it stands.
async fn shown(sample: &Sample, shop: &Shop) -> Answer {
    let mut get = sample.with_header("if-match", None);
    get.body = None;
    let shown = get.send(shop, "GET").await;
    assert_eq!(shown.status, 200, "{}: {shown:?}", sample.name());
    shown
}

async fn patched(sample: &Sample, shop: &Shop, steps: Value) -> Answer {
    let mut patch = sample.with_header("content-type", Some("application/json-patch+json"));
    patch.body = Some(steps);
    patch.sent(shop).await
}

#[tokio::test(start_paused = true)]
async fn a_patch_of_which_a_step_does_not_fit_changes_nothing() {
    let shop = limited().await;
    let mut applied = Names::new();
    for sample in routes() {
        let name = sample.name();
        if sample.route().method != Method::Patch || name == WITHOUT_TEXT {
            continue;
        }
        let before = shown(&sample, &shop).await;
        let data = before.json()["data"].clone();
        let (field, text) = sample
            .body
            .iter()
            .filter_map(Value::as_object)
            .flatten()
            .find_map(|(field, _)| Some((field, data[field].as_str()?)))
            .expect("a text that can be patched");
        let path = format!("/{field}");
        // A status is a word of a list: another one is what the sample makes of it.
        let sampled = sample.body.as_ref().and_then(|body| body[field].as_str());
        let other = match field.as_str() {
            "status" => sampled.unwrap_or_default().to_owned(),
            _ => format!("{text} and more"),
        };
        let good = json!({"op": "replace", "path": path, "value": other});
        let kept_before = kept(&shop);
        for bad in [
            json!({"op": "test", "path": path, "value": text}),
            json!({"op": "remove", "path": "/none"}),
        ] {
            let refused = patched(&sample, &shop, json!([good, bad])).await;
            assert_eq!(refused.status, 409, "{name}: {refused:?}");
            assert_eq!(refused.code(), "patch_failed", "{name}");
            is_well_mannered(&sample, &refused);
        }
        let after = shown(&sample, &shop).await;
        assert_eq!(after.body, before.body, "{name}");
        assert_eq!(after.header("etag"), before.header("etag"), "{name}");
        assert_eq!(kept(&shop), kept_before, "{name}");
        // It was that step alone which did not fit.
        let done = patched(&sample, &shop, json!([good])).await;
        assert_eq!(done.status, 200, "{name}: {done:?}");
        is_well_mannered(&sample, &done);
        let changed = shown(&sample, &shop).await;
        assert_eq!(changed.json()["data"][field], other, "{name}");
        assert_ne!(changed.header("etag"), before.header("etag"), "{name}");
        applied.insert(name);
    }
    applied_to(
        &applied,
        whose_route(|route| route.method == Method::Patch),
        &[(WITHOUT_TEXT, "all that can be changed of it is a switch")],
    );
}
