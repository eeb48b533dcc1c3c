//! `PATCH /orders/{id}/returns/{returnId}`.

use std::collections::BTreeSet;

use serde_json::json;

use crate::bought::{Bought, came};
use crate::shop::Shop;

#[tokio::test(start_paused = true)]
async fn what_comes_back_in_parts_is_counted_and_its_end_is_told() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let path = bought.returning("approved").await;
    let mugs = &bought.lines[0];
    let body = json!({
        "status": "partiallyReceived",
        "lines": [came(mugs, 1, "restock"), came(mugs, 1, "writeOff")],
    });
    let some = bought.patch(&path, &body).await;
    assert_eq!(some.status, 200, "{some:?}");
    let line = json!({
        "lineId": mugs, "quantity": 3, "received": 2, "restocked": 1, "writtenOff": 1,
    });
    assert_eq!(some.json()["data"]["lines"][0], line);
    assert_eq!(
        bought.status().await,
        ("completed".to_owned(), "partiallyReturned".to_owned())
    );
    let body = json!({"status": "received", "lines": [came(mugs, 1, "restock")]});
    let all = bought.patch(&path, &body).await;
    assert_eq!(all.text("/data/status"), "received", "{all:?}");
    assert_eq!(bought.seen().await["lines"][0]["returned"], 3);
    shop.settle().await;
    let told = bought.events("ReturnReceived").await;
    // Events of one millisecond have no order among them.
    let receipts: BTreeSet<_> = told
        .iter()
        .filter_map(|event| event["data"]["receipt"].as_u64())
        .collect();
    assert_eq!(receipts, BTreeSet::from([1, 2]));
    assert_eq!(bought.events("ReturnApproved").await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_came_must_fit_what_was_to_come() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let path = bought.returning("approved").await;
    let [mugs, cup] = &bought.lines;
    for (status, lines, line) in [
        (
            "partiallyReceived",
            json!([]),
            "lines: must name what was received",
        ),
        (
            "partiallyReceived",
            json!([came(mugs, 3, "restock")]),
            "lines: leave nothing outstanding: received",
        ),
        (
            "received",
            json!([came(mugs, 1, "restock")]),
            "lines: leave 2 units outstanding: partiallyReceived",
        ),
        (
            "received",
            json!([came(mugs, 4, "restock")]),
            "lines[0].quantity: 3 of MUG can be received, 4 are asked for",
        ),
        (
            "received",
            json!([came(cup, 1, "writeOff")]),
            "lines[0].quantity: 0 of CUP can be received, 1 are asked for",
        ),
    ] {
        let body = json!({"status": status, "lines": lines});
        let refused = bought.patch(&path, &body).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(refused.errors(), [line]);
    }
    assert_eq!(bought.seen().await["lines"][0]["returned"], 0);
}

#[tokio::test(start_paused = true)]
async fn its_customer_may_only_cancel_it() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let path = bought.returning("requested").await;
    let ask = |status: &str| {
        let ask = bought.customer.ask("PATCH", &path);
        ask.json(&json!({ "status": status })).send()
    };
    for status in ["approved", "rejected", "received", "closed"] {
        let refused = ask(status).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "forbidden")
        );
    }
    let cancelled = ask("cancelled").await;
    assert_eq!(cancelled.text("/data/status"), "cancelled", "{cancelled:?}");
    // What was cancelled can be asked for again.
    bought.returning("requested").await;
    let stranger = shop.newcomer("stranger@example.com").await;
    let foreign = stranger
        .ask("PATCH", &path)
        .json(&json!({"status": "cancelled"}));
    assert_eq!(foreign.send().await.status, 404);
}

#[tokio::test(start_paused = true)]
async fn a_repetition_that_names_its_version_counts_nothing_twice() {
    let shop = Shop::open().await;
    let bought = Bought::at(&shop).await;
    bought.all_delivered().await;
    let path = bought.returning("approved").await;
    let read = bought.admin.get(&path).await;
    let tag = read.header("etag").expect("a tag").to_owned();
    let lines = json!([came(&bought.lines[0], 1, "restock")]);
    let body = json!({"status": "partiallyReceived", "lines": lines});
    let asks = (0..5).map(|_| {
        let ask = bought.admin.ask("PATCH", &path).header("if-match", &tag);
        ask.json(&body).send()
    });
    let answers = shop.all(asks).await;
    let of = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!((of(200), of(412)), (1, 4), "{answers:?}");
    assert_eq!(bought.seen().await["lines"][0]["returned"], 1);
}
