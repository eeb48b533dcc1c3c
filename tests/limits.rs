//! Rate limits: nobody below the limit is refused, and few beyond it are let through, however many
//! instances a function runs as.

use std::sync::Arc;

use local::Options;
use local::aws::{Fault, Faults};
use serde_json::json;

use crate::shop::{Answer, Ask, Shop};

const LIMIT: usize = 100;
const BATCH: usize = 10;
const STRICT: usize = 10;

async fn limited(instances: usize) -> Shop {
    Shop::with(Options {
        instances,
        rate_limits: local::options::RATE_LIMITS.to_owned(),
        ..Options::for_tests()
    })
    .await
}

fn number(answer: &Answer, header: &str) -> i64 {
    let value = answer.header(header);
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or_else(|| panic!("{header} is {value:?}"))
}

/// Sends so many requests one after the other, and says how many were let through and that the first
/// refusal came after the last of those that had to be.
async fn admitted<'a>(count: usize, ask: impl Fn() -> Ask<'a>) -> usize {
    let mut admitted = 0;
    for sent in 1..=count {
        let answer = ask().send().await;
        let left = number(&answer, "x-ratelimit-remaining");
        if answer.status == 429 {
            assert!(sent > LIMIT, "request {sent} was refused");
            assert_eq!(answer.code(), "rate_limited");
            assert_eq!(left, 0);
            let wait = number(&answer, "retry-after");
            assert!((1..=60).contains(&wait), "{wait}");
        } else {
            assert!(answer.status < 300, "{answer:?}");
            // What an instance does not know of, it counts as left.
            let least = i64::try_from(LIMIT.saturating_sub(sent)).expect("small");
            assert!(left >= least, "{left} left after {sent}");
            admitted += 1;
        }
    }
    admitted
}

#[tokio::test(start_paused = true)]
async fn one_instance_lets_through_the_limit_exactly() {
    let shop = limited(1).await;
    let customer = shop.customer().await;
    let let_through = admitted(2 * LIMIT, || customer.ask("GET", "/api/v1/users/me")).await;
    assert_eq!(let_through, LIMIT);
    // A minute later they have as many again.
    shop.wait(60).await;
    let let_through = admitted(LIMIT + 5, || customer.ask("GET", "/api/v1/users/me")).await;
    assert_eq!(let_through, LIMIT);
}

#[tokio::test(start_paused = true)]
async fn twenty_instances_let_through_little_more() {
    let instances = 20;
    let shop = limited(instances).await;
    let customer = shop.customer().await;
    let sent = LIMIT + 3 * instances * BATCH;
    let let_through = admitted(sent, || customer.ask("GET", "/api/v1/users/me")).await;
    let most = LIMIT + instances * (BATCH - 1);
    assert!((LIMIT..=most).contains(&let_through), "{let_through}");
}

#[tokio::test(start_paused = true)]
async fn requests_at_once_are_counted_as_well() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let customer = shop.customer().await;
        let asks = (0..500).map(|_| customer.ask("GET", "/api/v1/users/me").send());
        let answers = shop.all(asks).await;
        let through = answers.iter().filter(|one| one.status == 200).count();
        let refused = answers.iter().filter(|one| one.status == 429).count();
        assert_eq!(through + refused, 500);
        let most = LIMIT + instances * (BATCH - 1);
        assert!((LIMIT..=most).contains(&through), "{instances}: {through}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_each_callers_own() {
    let shop = limited(1).await;
    let (customer, admin) = (shop.customer().await, shop.admin().await);
    for _ in 0..=LIMIT {
        customer.get("/api/v1/users/me").await;
    }
    assert_eq!(customer.get("/api/v1/users/me").await.status, 429);
    assert_eq!(admin.get("/api/v1/users/me").await.status, 200);
    // Across routes it is one limit: what is used up on one is used up on the next, but for what the
    // first has not reported yet.
    assert_eq!(
        admin
            .get("/api/v1/users/me")
            .await
            .header("ratelimit-policy"),
        Some("\"default\";q=100;w=60")
    );
    let elsewhere = || {
        shop.anybody()
            .ask("GET", "/api/v1/products")
            .from("192.0.2.1")
    };
    assert_eq!(admitted(LIMIT + 20, elsewhere).await, LIMIT);
    let other = shop
        .anybody()
        .ask("GET", "/api/v1/products")
        .from("192.0.2.2");
    assert_eq!(other.send().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn secrets_are_tried_ten_times_a_minute_and_no_more_whatever_the_instances() {
    for instances in [1, 20] {
        let shop = limited(instances).await;
        let mut tried = 0;
        for attempt in 0..3 * STRICT {
            // Another account each time, so that none is locked.
            let email = format!("nobody-{attempt}@example.com");
            let login = json!({"email": email, "password": "Wrong-pass-1"});
            let ask = shop.anybody().ask("POST", "/api/v1/sessions");
            let answer = ask.from("192.0.2.7").json(&login).send().await;
            match answer.status {
                401 => tried += 1,
                status => assert_eq!((status, answer.code().as_str()), (429, "rate_limited")),
            }
            assert_eq!(number(&answer, "x-ratelimit-limit"), 10);
        }
        assert_eq!(tried, STRICT, "{instances} instances");
    }
}

/// The counts cannot be written.
struct NoCounts;

impl Faults for NoCounts {
    fn before(&self, _function: &str, operation: &str) -> Fault {
        if operation.ends_with("UpdateItem") {
            Fault::Drop
        } else {
            Fault::None
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_counts_the_shop_sells_and_nobody_tries_secrets() {
    let shop = limited(1).await;
    let customer = shop.customer().await;
    shop.store.set_faults(Some(Arc::new(NoCounts)));
    let let_through = admitted(LIMIT + 20, || customer.ask("GET", "/api/v1/users/me")).await;
    assert_eq!(let_through, LIMIT, "each instance still counts for itself");
    let login = json!({"email": "customer@example.com", "password": "Customer-demo-1"});
    let refused = shop.anybody().post("/api/v1/sessions", &login).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "unavailable")
    );
}

#[tokio::test(start_paused = true)]
async fn a_request_costs_a_tenth_of_a_write_and_an_anonymous_read_none() {
    let shop = limited(1).await;
    let customer = shop.customer().await;
    let meter = || shop.store.cloud();
    meter().meter_start();
    for _ in 0..LIMIT {
        customer.get("/api/v1/users/me").await;
    }
    let (_, written) = meter().meter_stop()["users-get-me"];
    assert!(written <= 0.1 * LIMIT as f64, "{written} write units");
    assert!(written > 0.0, "they are counted somewhere");
    meter().meter_start();
    for _ in 0..50 {
        shop.anybody().get("/api/v1/products").await;
        shop.anybody().get("/api/v1/nothing-here").await;
    }
    let written: f64 = meter().meter_stop().values().map(|(_, write)| write).sum();
    assert!(written == 0.0, "{written} write units");
}

#[tokio::test(start_paused = true)]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let proxied = Options {
        trusted_proxies: "10.0.0.0/8".to_owned(),
        rate_limits: local::options::RATE_LIMITS.to_owned(),
        ..Options::for_tests()
    };
    let shop = Shop::with(proxied).await;
    let ask = |seen: &str, forwarded: &str| {
        let ask = shop.anybody().ask("GET", "/api/v1/products").from(seen);
        ask.header("x-forwarded-for", forwarded).send()
    };
    let left = |answer: Answer| number(&answer, "x-ratelimit-remaining");
    // Behind the proxy, two clients are two; what they put before the proxy's word is not believed.
    assert_eq!(left(ask("10.1.2.3", "192.0.2.1").await), 99);
    assert_eq!(left(ask("10.1.2.3", "192.0.2.2").await), 99);
    assert_eq!(left(ask("10.1.2.3", "192.0.2.9, 192.0.2.1").await), 98);
    assert_eq!(left(ask("10.9.9.9", "192.0.2.1, 10.1.2.3").await), 97);
    // Who comes directly is whom the gateway sees.
    assert_eq!(left(ask("192.0.2.8", "192.0.2.77").await), 99);
    assert_eq!(left(ask("192.0.2.8", "192.0.2.78").await), 98);
}
