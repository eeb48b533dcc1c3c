//! How long a refusal takes does not tell which addresses have an account.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::shop::Shop;

/// How many tries of each kind are compared.
const TRIES: usize = 200;
/// How many of them an account allows before its window must pass.
const AT_ONCE: usize = 10;

/// How long one wrong try takes on the machine's own clock.
async fn time(shop: &Shop, address: &str, email: &str) -> Duration {
    let login = json!({"email": email, "password": "Guess-1234"});
    let person = shop.anybody().at(address);
    let began = Instant::now();
    let refused = person.post("/api/v1/sessions", &login).await;
    let took = began.elapsed();
    assert_eq!(refused.status, 401, "{refused:?}");
    took
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The known and the unknown take turns, so that whatever else the machine does meets both.
#[tokio::test(start_paused = true)]
async fn known_and_unknown_addresses_take_the_same_time() {
    let shop = Shop::open().await;
    let mut closest = f64::INFINITY;
    // Other work on the machine can only make them differ: the best of a few rounds counts.
    for round in 0..3 {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        for number in 0..TRIES {
            if number % AT_ONCE == 0 {
                shop.store.advance(Duration::from_secs(15 * 60)).await;
            }
            let from = format!("198.{round}.{}.{}", number / 250, number % 250);
            known.push(time(&shop, &from, "customer@example.com").await);
            unknown.push(time(&shop, &from, "nobody@example.com").await);
        }
        let (known, unknown) = (median(&mut known), median(&mut unknown));
        let apart = known.as_secs_f64() / unknown.as_secs_f64() - 1.0;
        closest = closest.min(apart.abs());
        if closest < 0.05 {
            return;
        }
    }
    panic!("the medians are {:.1} % apart", closest * 100.0);
}

/// The same in terms of the work that is done, whatever the machine does beside it.
#[tokio::test(start_paused = true)]
async fn known_and_unknown_addresses_take_the_same_calls() {
    let shop = Shop::open().await;
    let mut seen = Vec::new();
    for email in ["customer@example.com", "nobody@example.com"] {
        let mut units = Vec::new();
        for number in 0..12 {
            shop.store.cloud().meter_start();
            let login = json!({"email": email, "password": "Guess-1234"});
            let person = shop.anybody().at(&format!("198.51.100.{number}"));
            person.post("/api/v1/sessions", &login).await;
            let metered = shop.store.cloud().meter_stop();
            units.push(metered.get("users-create-session").copied());
        }
        // The tenth of a known account goes into the audit trail.
        units.remove(9);
        seen.push(units);
    }
    assert_eq!(seen[0], seen[1]);
}
