//! Many buyers, few uses of a coupon: its limits hold, whatever gets in the way, and what a preview
//! says is what an order comes to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use local::Options;
use local::aws::{Fault, Faults};
use serde_json::{Value, json};

use crate::api::pricing::{PREVIEWS, PROMOTIONS, TAX_ZONES, coupon, made, sold_abroad, tax_zone};
use crate::shop::{Answer, Shop, basket, with};

/// Makes every fifth transaction meet another one.
#[derive(Default)]
struct EveryFifthConflicts(AtomicU64);

impl Faults for EveryFifthConflicts {
    fn before(&self, _: &str, operation: &str) -> Fault {
        if operation.ends_with("TransactWriteItems")
            && self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(5)
        {
            Fault::Conflict
        } else {
            Fault::None
        }
    }
}

async fn busy_shop() -> Shop {
    let shop = Shop::with(Options {
        instances: 2,
        ..Options::for_tests()
    })
    .await;
    shop.store
        .set_faults(Some(Arc::new(EveryFifthConflicts::default())));
    shop
}

/// 200 guests want one piece each with a coupon that the demo shop has for the first ten.
async fn the_first_ten(shop: &Shop) {
    shop.stocked("DROP", 500).await;
    let buyers = (0..200).map(|buyer| async move {
        let more = json!({"email": format!("buyer{buyer}@example.com"), "couponCode": "FIRST10"});
        let body = with(basket(&[("DROP", 1)]), &more);
        shop.anybody().order(&body).await
    });
    let answers = shop.all(buyers).await;
    let (placed, refused): (Vec<Answer>, Vec<Answer>) =
        answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(placed.len(), 10);
    for order in &placed {
        assert_eq!(order.json()["data"]["totals"]["discount"]["amount"], 100);
    }
    for refused in &refused {
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (409, "coupon_used_up"),
            "{refused:?}"
        );
        assert_eq!(
            refused.errors(),
            ["couponCode: was used as often as it may be"]
        );
    }
    assert_eq!(shop.available("DROP").await, 490);
}

#[tokio::test(start_paused = true)]
async fn two_hundred_checkouts_for_ten_uses() {
    the_first_ten(&Shop::open().await).await;
}

#[tokio::test(start_paused = true)]
async fn the_same_with_conflicts_and_two_instances_of_every_function() {
    the_first_ten(&busy_shop().await).await;
}

#[tokio::test(start_paused = true)]
async fn one_customer_who_tries_twenty_times_at_once_has_one_use() {
    let shop = busy_shop().await;
    shop.stocked("DROP", 500).await;
    let admin = shop.admin().await;
    let limits = json!({"limits": {"usesPerCustomer": 1}});
    made(&admin, PROMOTIONS, &with(coupon("ONCE"), &limits)).await;
    let customer = shop.customer().await;
    // Whatever address they give, it is their account that counts.
    let tries = (0..20).map(|number| {
        let more = json!({"couponCode": "once", "email": format!("me{number}@example.com")});
        let body = with(basket(&[("DROP", 1)]), &more);
        let customer = customer.clone();
        async move { customer.order(&body).await }
    });
    let answers = shop.all(tries).await;
    let placed = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(placed, 1);
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!(refused, 19);
    assert_eq!(shop.available("DROP").await, 499);
}

#[tokio::test(start_paused = true)]
async fn a_guest_is_the_same_in_capital_letters() {
    let shop = Shop::open().await;
    shop.stocked("DROP", 500).await;
    let order = async |email: &str| {
        let more = json!({"couponCode": "FIRST10", "email": email});
        let body = with(basket(&[("DROP", 1)]), &more);
        shop.anybody().order(&body).await.status
    };
    assert_eq!(order("guest@example.com").await, 201);
    assert_eq!(order("Guest@Example.COM").await, 409);
    assert_eq!(order("other@example.com").await, 201);
    let body = with(
        basket(&[("DROP", 1)]),
        &json!({"couponCode": "FIRST10", "email": "GUEST@example.com"}),
    );
    let preview = shop.anybody().post(PREVIEWS, &body).await;
    assert_eq!(preview.text("/data/coupon/status"), "usedUp");
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_lowered_meanwhile_holds() {
    let shop = busy_shop().await;
    shop.stocked("DROP", 500).await;
    let admin = shop.admin().await;
    let limited = |uses: u32| with(coupon("LESS"), &json!({"limits": {"uses": uses}}));
    let id = made(&admin, PROMOTIONS, &limited(100))
        .await
        .text("/data/id");
    let path = format!("{PROMOTIONS}/{id}");
    let shop = &shop;
    let buyers = (0..40).map(|buyer| async move {
        let more = json!({"email": format!("buyer{buyer}@example.com"), "couponCode": "LESS"});
        let body = with(basket(&[("DROP", 1)]), &more);
        shop.anybody().order(&body).await.status
    });
    let fewer = limited(5);
    let lowered = admin.put(&path, &fewer);
    let (statuses, lowered) = futures_util::join!(shop.all(buyers), lowered);
    assert_eq!(lowered.status, 200, "{lowered:?}");
    let placed = statuses.iter().filter(|status| **status == 201).count();
    let read = admin.get(&path).await.json()["data"].clone();
    assert_eq!(read["uses"], placed);
    assert_eq!(
        statuses.iter().filter(|status| **status == 409).count(),
        40 - placed
    );
    assert_eq!(
        shop.available("DROP").await,
        500 - i64::try_from(placed).expect("few")
    );
}

#[tokio::test(start_paused = true)]
async fn an_order_comes_to_what_its_preview_said_line_by_line() {
    let shop = Shop::open().await;
    let admin = shop.admin().await;
    made(&admin, TAX_ZONES, &tax_zone("US", 88_750)).await;
    let sale = json!({
        "name": "Sale",
        "effect": {"type": "percentOff", "ratePpm": 33_333},
        "combines": true,
    });
    made(&admin, PROMOTIONS, &sale).await;
    for (sku, amounts) in [("ODD", [333, 333, 1_001]), ("EVEN", [1_250, 1_250, 12_345])] {
        let prices: Vec<Value> = ["EUR", "JPY", "KWD"]
            .iter()
            .zip(amounts)
            .map(|(currency, amount)| json!({"amount": amount, "currency": currency}))
            .collect();
        sold_abroad(&shop, sku, &json!(prices)).await;
    }
    let customer = shop.customer().await;
    for currency in ["EUR", "JPY", "KWD"] {
        for country in ["DE", "US"] {
            for code in ["WELCOME10", "THREEFORTWO", "FREESHIP"] {
                let more = json!({"currency": currency, "couponCode": code});
                let mut body = with(basket(&[("ODD", 7), ("EVEN", 2)]), &more);
                body["shippingAddress"]["country"] = json!(country);
                let preview = customer.post(PREVIEWS, &body).await;
                assert_eq!(preview.status, 200, "{preview:?}");
                let order = customer.order(&body).await;
                assert_eq!(order.status, 201, "{order:?}");
                same(&preview.json()["data"], &order.json()["data"]);
            }
        }
    }
}

/// Whether an order says of itself what its preview has said.
fn same(preview: &Value, order: &Value) {
    assert_eq!(preview["currency"], order["currency"]);
    let lines = |of: &Value| of["lines"].as_array().cloned().unwrap_or_default();
    let pairs: Vec<(Value, Value)> = lines(preview).into_iter().zip(lines(order)).collect();
    assert_eq!(pairs.len(), 2);
    assert_eq!(lines(order).len(), 2);
    for (said, line) in pairs {
        for (field, value) in said.as_object().expect("a line") {
            assert_eq!(*value, line[field], "{field} of {said}");
        }
    }
    for (field, value) in preview["totals"].as_object().expect("totals") {
        assert_eq!(*value, order["totals"][field], "{field} of the totals");
    }
    assert_eq!(preview["promotions"], order["promotions"]);
    assert_eq!(preview["shipping"]["method"], order["shipping"]["method"]);
    assert_eq!(preview["shipping"]["taxes"], order["shipping"]["taxes"]);
}
