//! What counting costs: a tenth of a write for each request, and nothing where nobody in particular
//! reads.

use edge::Route;
use edge::route::{Auth, Method, RateClass};
use local::Options;

use super::BATCH;
use crate::samples::{Sample, routes};
use crate::shop::Shop;

async fn limited() -> Shop {
    Shop::with(Options {
        demo_orders: true,
        // As many as nobody sends: what is counted costs the same.
        rate_limits: format!("default=1000000/{BATCH},strict=1000000/1"),
        ..Options::for_tests()
    })
    .await
}

/// The routes that read for these callers.
fn reads(by: impl Fn(Auth) -> bool) -> Vec<(&'static Route, Sample)> {
    routes()
        .into_iter()
        .filter_map(|sample| Some((sample.function.route()?, sample)))
        .filter(|(route, _)| route.method == Method::Get && by(route.auth))
        .collect()
}

/// The write units of sending a request so many times.
async fn written(shop: &Shop, sample: &Sample, method: &str, times: usize) -> f64 {
    shop.store.cloud().meter_start();
    for _ in 0..times {
        let mut ask = shop.anybody().ask(method, &sample.path);
        for (name, value) in &sample.headers {
            ask = ask.header(name, value);
        }
        let answer = ask.send().await;
        assert!(answer.status < 300, "{}: {answer:?}", sample.path);
    }
    let metered = shop.store.cloud().meter_stop();
    metered.values().map(|account| account.write_units).sum()
}

fn is_for_anybody(auth: Auth) -> bool {
    matches!(auth, Auth::Open | Auth::Anyone)
}

#[tokio::test(start_paused = true)]
async fn a_read_by_somebody_costs_a_tenth_of_a_write() {
    let shop = limited().await;
    let reads = reads(|auth| !is_for_anybody(auth));
    assert!(reads.len() >= 8, "{}", reads.len());
    for (route, sample) in reads {
        assert_eq!(route.rate, RateClass::Default, "{}", route.path);
        let written = written(&shop, &sample, "GET", 3 * BATCH).await;
        assert!(written == 3.0, "{}: {written} write units", route.path);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_by_nobody_in_particular_writes_nothing() {
    let shop = limited().await;
    let reads = reads(is_for_anybody);
    assert!(reads.len() >= 9, "{}", reads.len());
    for (route, sample) in reads {
        let sample = sample.with_header("authorization", None);
        for method in ["GET", "HEAD"] {
            let written = written(&shop, &sample, method, 2 * BATCH).await;
            assert!(written == 0.0, "{}: {written} write units", route.path);
        }
    }
    shop.store.cloud().meter_start();
    for _ in 0..2 * BATCH {
        let nothing = shop.anybody().get("/api/v1/nothing-here").await;
        assert_eq!(nothing.status, 404);
    }
    let metered = shop.store.cloud().meter_stop();
    let written: f64 = metered.values().map(|account| account.write_units).sum();
    assert!(written == 0.0, "{written} write units");
}
