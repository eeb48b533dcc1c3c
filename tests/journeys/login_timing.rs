//! How long a refusal takes does not tell which addresses have an account.

use std::time::Duration;

use domain::clock::Entropy;
use local::SeededEntropy;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use tokio::time::Instant;

use crate::shop::Shop;

const KNOWN: &str = "customer@example.com";
const UNKNOWN: &str = "nobody@example.com";
/// How many tries of each kind are compared.
const TRIES: usize = 200;
/// How many of them an account allows before its window must pass.
const AT_ONCE: usize = 10;

/// How long this thread has worked: what else the machine does meanwhile is not in it.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a time that has passed")
}

/// How long one wrong try takes on a machine that does nothing else: the work, which all is done on
/// this thread, and the waiting, for which virtual time stands.
async fn time(shop: &Shop, address: &str, email: &str) -> Duration {
    let login = json!({"email": email, "password": "Guess-1234"});
    let person = shop.anybody().at(address);
    let (began, working) = (Instant::now(), worked());
    let refused = person.post("/api/v1/sessions", &login).await;
    let took = began.elapsed() + (worked() - working);
    assert_eq!(refused.status, 401, "{refused:?}");
    took
}

/// As many known as unknown addresses, in random order, so that whatever changes while they are tried
/// meets both.
fn mixed(entropy: &SeededEntropy) -> Vec<&'static str> {
    let mut emails: Vec<(u64, &str)> = [KNOWN, UNKNOWN]
        .into_iter()
        .flat_map(|email| std::iter::repeat_n(email, AT_ONCE))
        .map(|email| {
            let mut place = [0; 8];
            entropy.fill(&mut place);
            (u64::from_be_bytes(place), email)
        })
        .collect();
    emails.sort_unstable();
    emails.into_iter().map(|(_, email)| email).collect()
}

fn median<T: PartialOrd + Copy>(values: &mut [T]) -> T {
    values.sort_unstable_by(|one, other| one.partial_cmp(other).expect("they compare"));
    values[values.len() / 2]
}

#[tokio::test(start_paused = true)]
async fn known_and_unknown_addresses_take_the_same_time() {
    let shop = Shop::warm().await;
    let entropy = SeededEntropy::new(200);
    // A machine is quicker now and slower then: what is compared was tried at about the same time.
    let mut ratios = Vec::new();
    for round in 0..TRIES / AT_ONCE {
        let (mut known, mut unknown) = (Vec::new(), Vec::new());
        shop.store.advance(Duration::from_secs(15 * 60)).await;
        for (number, email) in mixed(&entropy).into_iter().enumerate() {
            let took = time(&shop, &format!("198.51.{round}.{number}"), email).await;
            match email {
                KNOWN => known.push(took),
                _ => unknown.push(took),
            }
        }
        assert_eq!((known.len(), unknown.len()), (AT_ONCE, AT_ONCE));
        let (known, unknown) = (median(&mut known), median(&mut unknown));
        ratios.push(known.as_secs_f64() / unknown.as_secs_f64());
    }
    let apart = median(&mut ratios) - 1.0;
    assert!(
        apart.abs() < 0.05,
        "they are {:.1} % apart: {ratios:?}",
        apart * 100.0
    );
}

/// The same in terms of the work that is done, whatever the machine does beside it.
#[tokio::test(start_paused = true)]
async fn known_and_unknown_addresses_take_the_same_calls() {
    let shop = Shop::warm().await;
    let mut seen = Vec::new();
    for email in [KNOWN, UNKNOWN] {
        let mut units = Vec::new();
        for number in 0..12 {
            shop.store.cloud().meter_start();
            let login = json!({"email": email, "password": "Guess-1234"});
            let person = shop.anybody().at(&format!("198.51.100.{number}"));
            person.post("/api/v1/sessions", &login).await;
            let metered = shop.store.cloud().meter_stop();
            units.push(metered.get("users-create-session").copied());
        }
        seen.push(units);
    }
    assert_eq!(seen[0], seen[1]);
    // The tenth of each goes into the audit trail, under the account if there is one.
    let told = shop.audited("account.locked");
    let about: Vec<bool> = told
        .iter()
        .map(|entry| entry["subject"].is_string())
        .collect();
    assert_eq!(about.len(), 2, "{told:#?}");
    assert!(about.contains(&true) && about.contains(&false), "{told:#?}");
}
