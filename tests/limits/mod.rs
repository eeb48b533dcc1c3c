//! Rate limits: nobody below the limit is refused, and few beyond it are let through, however many
//! instances a function runs as.

use local::Options;
use serde_json::json;

use crate::shop::{Answer, Ask, Shop};

mod callers;
mod costs;
mod faults;

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

/// How many requests are let through at most, where so many instances count for one caller.
const fn most(instances: usize) -> usize {
    LIMIT + instances * (BATCH - 1)
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
            assert!(answer.status < 500, "{answer:?}");
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
async fn the_headers_of_one_instance_are_exact() {
    let shop = limited(1).await;
    let customer = shop.customer().await;
    let mut sent = 0;
    loop {
        let answer = customer.get("/api/v1/users/me").await;
        sent += 1;
        let left = i64::try_from(LIMIT.saturating_sub(sent)).expect("small");
        assert_eq!(number(&answer, "x-ratelimit-limit"), 100);
        assert_eq!(number(&answer, "x-ratelimit-remaining"), left);
        let now = shop.store.now().as_seconds();
        let reset = (now.div_euclid(60) + 1) * 60;
        assert_eq!(number(&answer, "x-ratelimit-reset"), reset);
        let state = format!("\"default\";r={left};t={}", reset - now);
        assert_eq!(answer.header("ratelimit"), Some(state.as_str()));
        if answer.status == 429 {
            assert_eq!(number(&answer, "retry-after"), reset - now);
            break;
        }
        assert_eq!(answer.status, 200, "{answer:?}");
        // Some of the window passes, but not all of it.
        if sent % 30 == 0 {
            shop.wait(7).await;
        }
    }
    assert_eq!(sent, LIMIT + 1);
    let refused = customer.get("/api/v1/users/me").await;
    let wait = u64::try_from(number(&refused, "retry-after")).expect("a wait");
    shop.wait(wait - 1).await;
    let early = customer.get("/api/v1/users/me").await;
    assert_eq!((early.status, number(&early, "retry-after")), (429, 1));
    shop.wait(1).await;
    let late = customer.get("/api/v1/users/me").await;
    assert_eq!(late.status, 200);
    assert_eq!(number(&late, "x-ratelimit-remaining"), 99);
}

#[tokio::test(start_paused = true)]
async fn twenty_instances_let_through_little_more() {
    let instances = 20;
    let shop = limited(instances).await;
    let customer = shop.customer().await;
    let sent = LIMIT + 3 * instances * BATCH;
    let let_through = admitted(sent, || customer.ask("GET", "/api/v1/users/me")).await;
    assert!(
        (LIMIT..=most(instances)).contains(&let_through),
        "{let_through}"
    );
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
        assert!(
            (LIMIT..=most(instances)).contains(&through),
            "{instances}: {through}"
        );
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
