//! What holds of limits where counts cannot be written, or nobody can tell whether they were.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use local::aws::{Fault, Faults};
use serde_json::json;

use super::{LIMIT, STRICT, admitted, limited, most, number};
use crate::shop::Shop;

/// What befalls the writes of counts, one after the other and from the start again.
struct Counts {
    faults: Vec<Fault>,
    met: AtomicUsize,
}

impl Counts {
    fn meet(shop: &Shop, faults: &[Fault]) {
        shop.store.set_faults(Some(Arc::new(Self {
            faults: faults.to_vec(),
            met: AtomicUsize::new(0),
        })));
    }
}

impl Faults for Counts {
    fn before(&self, _function: &str, operation: &str) -> Fault {
        if !operation.ends_with("UpdateItem") {
            return Fault::None;
        }
        let met = self.met.fetch_add(1, Ordering::Relaxed);
        self.faults[met % self.faults.len()]
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_below_the_limit_is_refused_whatever_becomes_of_the_counts() {
    use Fault::{Drop, InternalError, LoseReply, None, Throttled};
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let customer = shop.customer().await;
        for faults in [
            &[LoseReply][..],
            &[Drop],
            &[LoseReply, LoseReply, None],
            &[Throttled, LoseReply, None, Drop],
            &[InternalError, LoseReply, Drop, None, Throttled],
        ] {
            Counts::meet(&shop, faults);
            // That none of the first hundred is refused is asserted for each.
            let let_through =
                admitted(LIMIT + 20, || customer.ask("GET", "/api/v1/users/me")).await;
            assert!(let_through >= LIMIT, "{faults:?}, {instances} instances");
            shop.wait(60).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_loses_no_count() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let customer = shop.customer().await;
        Counts::meet(&shop, &[Fault::LoseReply, Fault::None]);
        let sent = most(instances) + 10;
        let let_through = admitted(sent, || customer.ask("GET", "/api/v1/users/me")).await;
        assert!(
            (LIMIT..=most(instances)).contains(&let_through),
            "{instances} instances: {let_through}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_surely_not_counted_is_counted_later() {
    let instances = 2;
    let shop = limited(instances).await;
    let customer = shop.customer().await;
    let ask = || customer.ask("GET", "/api/v1/users/me");
    Counts::meet(&shop, &[Fault::Throttled]);
    let earlier = 80;
    assert_eq!(admitted(earlier, ask).await, earlier);
    shop.store.set_faults(None);
    let mut later = 0;
    while ask().send().await.status == 200 {
        later += 1;
    }
    let let_through = earlier + later;
    assert!(
        (LIMIT..=most(instances)).contains(&let_through),
        "{let_through}"
    );
}

#[tokio::test(start_paused = true)]
async fn secrets_are_tried_as_often_where_replies_are_lost() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        Counts::meet(&shop, &[Fault::LoseReply, Fault::None]);
        for attempt in 1..=2 * STRICT {
            let email = format!("nobody-{attempt}@example.com");
            let login = json!({"email": email, "password": "Wrong-pass-1"});
            let ask = shop.anybody().ask("POST", "/api/v1/sessions");
            let answer = ask.from("192.0.2.7").json(&login).send().await;
            let expected = if attempt <= STRICT { 401 } else { 429 };
            assert_eq!(answer.status, expected, "{instances}, {attempt}");
            let left = i64::try_from(STRICT.saturating_sub(attempt)).expect("small");
            assert_eq!(number(&answer, "x-ratelimit-remaining"), left);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_counts_the_shop_sells_and_nobody_tries_secrets() {
    for fault in [Fault::Drop, Fault::Throttled, Fault::LoseReply] {
        let shop = limited(1).await;
        let customer = shop.customer().await;
        Counts::meet(&shop, &[fault]);
        let let_through = admitted(LIMIT + 20, || customer.ask("GET", "/api/v1/users/me")).await;
        assert_eq!(let_through, LIMIT, "each instance still counts for itself");
        let login = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
        let refused = shop.anybody().post("/api/v1/sessions", &login).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (503, "unavailable")
        );
    }
}
