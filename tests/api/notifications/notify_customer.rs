//! `notifications-notify-customer`: one letter for each moment, however often it is told.

mod letters;
mod moments;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use insta::assert_json_snapshot;
use local::aws::{Fault, Faults};
use serde_json::{Value, json};

use crate::shop::{Answer, Shop, basket, product, with};

const QUEUE: &str = "notifications-notify-customer";
const GUEST: &str = "guest@example.com";

/// Has the mail service fail so many times.
struct MailDown {
    fault: Fault,
    left: AtomicU32,
}

impl MailDown {
    fn for_good() -> Arc<Self> {
        Arc::new(Self {
            fault: Fault::InternalError,
            left: AtomicU32::new(u32::MAX),
        })
    }
}

impl Faults for MailDown {
    fn before(&self, _: &str, operation: &str) -> Fault {
        let fails = operation == "SendEmail"
            && self
                .left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        if fails { self.fault } else { Fault::None }
    }
}

async fn guest_orders(shop: &Shop, method: Option<&str>) -> Answer {
    let email = with(basket(&[("MUG", 2)]), &json!({"email": GUEST}));
    let body = match method {
        Some(method) => with(email, &json!({"paymentMethod": method})),
        None => email,
    };
    let placed = shop.anybody().order(&body).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    placed
}

/// The only letter that an address was sent.
async fn letter(shop: &Shop, address: &str) -> Value {
    let mail = shop.mail_to(address).await;
    assert_eq!(mail.len(), 1, "{mail:?}");
    json!({"subject": mail[0]["subject"], "text": mail[0]["text"], "html": mail[0]["html"]})
}

/// The only letter that the guest was sent, without the number of the order it is about.
async fn letter_about(shop: &Shop, order: &Answer) -> Value {
    let letter = letter(shop, GUEST).await.to_string();
    let unnumbered = letter.replace(&order.text("/data/number"), "[number]");
    serde_json::from_str(&unnumbered).expect("JSON")
}

/// The events of a kind, the oldest first.
async fn events_of(shop: &Shop, topic: &str) -> Vec<Value> {
    let mut events = shop.events().await;
    events.retain(|event| event["type"] == topic);
    events
}

#[tokio::test(start_paused = true)]
async fn a_new_customer_is_welcomed() {
    let shop = Shop::open().await;
    shop.newcomer("ada@example.com").await;
    shop.settle().await;
    assert_json_snapshot!(letter(&shop, "ada@example.com").await);
}

#[tokio::test(start_paused = true)]
async fn a_paid_order_is_confirmed() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let placed = guest_orders(&shop, Some("pm_test_ok")).await;
    shop.settle().await;
    assert_json_snapshot!(letter_about(&shop, &placed).await);
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_order_says_why() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let placed = guest_orders(&shop, None).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    let reason = json!({"reason": "changed my mind"});
    assert_eq!(guest.post(&path, &reason).await.status, 201);
    shop.settle().await;
    assert_json_snapshot!(letter_about(&shop, &placed).await);
}

#[tokio::test(start_paused = true)]
async fn a_declined_payment_is_told_in_words() {
    for (method, words) in [
        ("pm_test_declined", "The bank declined the payment."),
        (
            "pm_test_insufficient_funds",
            "The payment was declined because the account does not hold enough money.",
        ),
    ] {
        let shop = Shop::open().await;
        shop.stocked("MUG", 5).await;
        let placed = guest_orders(&shop, Some(method)).await;
        shop.settle().await;
        let letter = letter_about(&shop, &placed).await;
        assert_eq!(letter["subject"], "Your order [number] was cancelled");
        for form in ["text", "html"] {
            let body = letter[form].as_str().expect("text");
            assert!(body.contains(words), "{method}: {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_nobody_paid_is_closed_politely() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let placed = guest_orders(&shop, None).await;
    shop.wait(16 * 60).await;
    assert_json_snapshot!(letter_about(&shop, &placed).await);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_three_times_is_one_letter_and_one_notification() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    let ada = shop.newcomer("ada@example.com").await;
    let body = with(
        basket(&[("MUG", 1)]),
        &json!({"paymentMethod": "pm_test_ok"}),
    );
    assert_eq!(ada.order(&body).await.status, 201);
    // Three at once, before anything was heard of it, and three when it is long done.
    shop.store.pump_streams().await;
    for turn in 0..2 {
        for topic in ["UserRegistered", "OrderConfirmed"] {
            for event in events_of(&shop, topic).await {
                for _ in 0..3 {
                    shop.inject(QUEUE, &event.to_string()).await;
                }
            }
        }
        shop.settle().await;
        let mail = shop.mail_to("ada@example.com").await;
        assert_eq!(mail.len(), 2, "{turn}: {mail:?}");
        let told = ada.get("/api/v1/notifications").await.json();
        assert_eq!(told["data"].as_array().map(Vec::len), Some(2), "{turn}");
    }
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_people_write_is_no_html() {
    let shop = Shop::open().await;
    let name = "<b>Ada</b> & \"Co\" o'Lovelace";
    let account = json!({
        "email": "o'ada@example.com", "password": "Good-enough-1", "name": name,
    });
    let registered = shop.anybody().post("/api/v1/users", &account).await;
    assert_eq!(registered.status, 201, "{registered:?}");
    let goods = with(
        product("MUG", 1000),
        &json!({"name": "Mug <script>alert(1)</script>"}),
    );
    let admin = shop.admin().await;
    assert_eq!(admin.post("/api/v1/products", &goods).await.status, 201);
    let count = json!({"delta": 5, "reason": "count"});
    let counted = admin
        .post("/api/v1/inventory/MUG/adjustments", &count)
        .await;
    assert_eq!(counted.status, 201, "{counted:?}");
    let placed = guest_orders(&shop, None).await;
    let guest = shop.holder(Some(&placed.text("/data/orderToken")));
    let path = format!("/api/v1/orders/{}/cancellations", placed.text("/data/id"));
    let reason = json!({"reason": "<img src=x onerror=alert(1)>"});
    assert_eq!(guest.post(&path, &reason).await.status, 201);
    shop.settle().await;

    let welcome = letter(&shop, "o'ada@example.com").await;
    let text = welcome["text"].as_str().expect("text");
    assert!(text.contains(name), "{text}");
    let html = welcome["html"].as_str().expect("html");
    let escaped = "&lt;b&gt;Ada&lt;/b&gt; &amp; &quot;Co&quot; o&#39;Lovelace";
    assert!(html.contains(escaped), "{html}");
    assert!(html.contains("o&#39;ada@example.com"), "{html}");

    let cancelled = letter_about(&shop, &placed).await;
    let html = cancelled["html"].as_str().expect("html");
    assert!(
        !html.contains("<script") && !html.contains("<img"),
        "{html}"
    );
    assert!(
        html.contains("Mug &lt;script&gt;alert(1)&lt;/script&gt;"),
        "{html}"
    );
    assert!(
        html.contains("&lt;img src=x onerror=alert(1)&gt;"),
        "{html}"
    );
}

#[tokio::test(start_paused = true)]
async fn other_news_are_nothing_to_write_about() {
    let shop = Shop::open().await;
    shop.stocked("MUG", 5).await;
    guest_orders(&shop, Some("pm_test_ok")).await;
    shop.settle().await;
    let before = shop.mail_to(GUEST).await.len();
    for topic in ["OrderCreated", "PaymentSucceeded"] {
        for event in events_of(&shop, topic).await {
            shop.inject(QUEUE, &event.to_string()).await;
        }
    }
    shop.settle().await;
    assert_eq!(shop.mail_to(GUEST).await.len(), before);
    let seen = shop.queue(QUEUE).await;
    assert_eq!(
        (&seen["visible"], &seen["inFlight"]),
        (&json!(0), &json!(0))
    );
}

#[tokio::test(start_paused = true)]
async fn a_letter_waits_until_the_mail_service_is_back() {
    let shop = Shop::open().await;
    shop.settle().await;
    let down = MailDown::for_good();
    shop.store.set_faults(Some(down.clone()));
    shop.newcomer("ada@example.com").await;
    // Longer than a message takes that fails for good.
    for _ in 0..12 {
        shop.settle().await;
        let queue = shop.queue(QUEUE).await;
        assert_eq!(queue["delayed"], 1, "{queue}");
        tokio::time::advance(Duration::from_secs(301)).await;
    }
    assert!(shop.mail_to("ada@example.com").await.is_empty());
    shop.store.set_faults(None);
    shop.settle().await;
    assert_eq!(shop.mail_to("ada@example.com").await.len(), 1);
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_mail_service_that_keeps_failing_is_left_alone() {
    let shop = Shop::open().await;
    shop.settle().await;
    let down = MailDown::for_good();
    shop.store.set_faults(Some(down.clone()));
    for number in 0..20 {
        shop.newcomer(&format!("customer{number}@example.com"))
            .await;
        shop.settle().await;
    }
    // Each of ten letters is tried three times by the SDK; the others are not tried at all.
    let asked = u32::MAX - down.left.load(Ordering::Relaxed);
    assert_eq!(asked, 30);
    assert_eq!(shop.queue(QUEUE).await["delayed"], 20);
    shop.store.set_faults(None);
    tokio::time::advance(Duration::from_secs(301)).await;
    shop.settle().await;
    for number in 0..20 {
        let address = format!("customer{number}@example.com");
        assert_eq!(shop.mail_to(&address).await.len(), 1, "{address}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_of_the_mail_service_costs_no_letter() {
    let shop = Shop::open().await;
    shop.settle().await;
    shop.store.set_faults(Some(Arc::new(MailDown {
        fault: Fault::LoseReply,
        left: AtomicU32::new(1),
    })));
    let ada = shop.newcomer("ada@example.com").await;
    shop.settle().await;
    shop.store.set_faults(None);
    // Twice only here, where nobody can know whether the first one went out.
    let letters = shop.mail_to("ada@example.com").await.len();
    assert!((1..=2).contains(&letters), "{letters}");
    let told = ada.get("/api/v1/notifications").await.json();
    assert_eq!(told["data"].as_array().map(Vec::len), Some(1));
}
