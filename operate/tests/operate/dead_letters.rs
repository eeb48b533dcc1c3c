//! Dead letters are counted, looked at where they lie, and sent back once their cause is gone.

use std::sync::Arc;

use serde_json::json;

use crate::faults::Garbling;
use crate::shop::Shop;

const QUEUE: &str = "notifications-notify-customer";

/// A shop that has told nobody of its only order, and the order's id.
async fn with_a_dead_letter() -> (Shop, String) {
    let shop = Shop::open().await;
    shop.store.set_faults(Some(Arc::new(Garbling(QUEUE))));
    let order = shop.order().await;
    shop.store.settle_all().await;
    assert_eq!(shop.mails(), 0);
    (shop, order)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_is_seen_and_goes_back_when_its_cause_is_gone() {
    let (shop, order) = with_a_dead_letter().await;
    let counted = shop.rows("dead-letters").await;
    assert_eq!(json!(counted), json!([{"queue": QUEUE, "deadLetters": 1}]));

    // However often somebody looks, it stays where it is, and can be received by the next.
    for _ in 0..10 {
        let seen = shop.rows(&format!("dead-letters {QUEUE} --body")).await;
        let [letter] = seen.as_slice() else {
            panic!("one dead letter: {seen:?}");
        };
        assert_eq!(letter["type"], "OrderConfirmed");
        assert_eq!(letter["aggregate"], format!("order/{order}"));
        let body = letter["body"].as_str().unwrap();
        assert!(body.contains(letter["event"].as_str().unwrap()), "{body}");
        assert!(letter["sent"].is_string(), "{letter:?}");
    }
    assert_eq!(json!(shop.rows("dead-letters").await), json!(counted));
    let without = shop.rows(&format!("dead-letters {QUEUE}")).await;
    assert!(!without[0].contains_key("body"), "{without:?}");

    shop.store.set_faults(None);
    let moved = shop.rows(&format!("redrive {QUEUE}")).await;
    assert_eq!(json!(moved), json!([{"queue": QUEUE, "moved": 1}]));
    shop.store.settle().await;
    assert_eq!(shop.mails(), 1);
    let report = shop.operate("dead-letters").await.unwrap();
    assert_eq!(report.text(), "There are no dead letters.\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_them_go_back_at_once_but_what_could_not_be_placed() {
    let (shop, _) = with_a_dead_letter().await;
    let another = "orders-settle-payment";
    for queue in [another, another, "unplaced"] {
        let path = format!("/_local/queues/{queue}/messages");
        shop.store.request("POST", &path, &[], b"poison").await;
    }
    shop.store.settle_all().await;
    let counted = shop.rows("dead-letters").await;
    assert_eq!(
        json!(counted),
        json!([
            {"queue": another, "deadLetters": 2},
            {"queue": QUEUE, "deadLetters": 1},
            {"queue": "unplaced", "deadLetters": 1},
        ])
    );
    let poison = shop.rows(&format!("dead-letters {another} --body")).await;
    assert_eq!((poison.len(), &poison[0]["body"]), (2, &json!("poison")));
    assert!(poison[0]["type"].is_null(), "{poison:?}");
    let first = format!("dead-letters {another} --most 1");
    let first = shop.operate(&first).await.unwrap();
    assert_eq!(first.rows().len(), 1);
    let note = "These are 1 of about 2: --most N shows more.";
    assert_eq!(first.notes().collect::<Vec<_>>(), [note]);

    let report = shop.operate("redrive --all").await.unwrap();
    assert_eq!(
        json!(report.rows()),
        json!([{"queue": another, "moved": 2}, {"queue": QUEUE, "moved": 1}])
    );
    assert!(report.text().contains("unplaced stays"), "{report:?}");
    let left = shop.rows("dead-letters").await;
    assert_eq!(
        json!(left),
        json!([{"queue": "unplaced", "deadLetters": 1}])
    );
    // A queue whose dead letters are gone has none to move.
    let again = shop.rows(&format!("redrive {another}")).await;
    assert_eq!(again[0]["moved"], 0);
}
