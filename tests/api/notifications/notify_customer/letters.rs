//! What must hold of every letter: each goes out once, however often its event is delivered; each looks
//! as it did when somebody last looked; none holds what people wrote as HTML.

use std::collections::BTreeSet;
use std::path::Path;

use domain::notification::NotificationKind;
use futures_util::future::join_all;
use insta::assert_snapshot;
use serde_json::{Value, json};
use store::notifications::{Notifications, Notify};
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;
use store::telling::Claim;

use super::moments::{MARKUP, Moment, READER, Scene};
use crate::shop::Shop;

const FUNCTION: &str = "notifications-notify-customer";
/// What the function answers when no message has to come again.
const NOTHING_AGAIN: &str = r#"{"batchItemFailures":[]}"#;

/// A batch of one message, as the function gets it.
fn batch(event: &Value) -> String {
    let record = json!({
        "messageId": "8dc4bc6a-a3f1-57e4-9d98-6d01711682b1",
        "receiptHandle": "sample",
        "body": event.to_string(),
        "eventSource": "aws:sqs",
    });
    json!({ "Records": [record] }).to_string()
}

/// The letters that go out while `event` is delivered.
async fn letters(shop: &Shop, event: &Value) -> Vec<Value> {
    let before = shop.mail_to(READER).await.len();
    shop.inject(FUNCTION, &event.to_string()).await;
    shop.settle().await;
    shop.mail_to(READER).await.split_off(before)
}

/// The letter of a moment.
async fn letter(shop: &Shop, number: usize, moment: &Moment) -> Value {
    let mut letters = letters(shop, &moment.event(number)).await;
    assert_eq!(letters.len(), 1, "{}: {letters:#?}", moment.name);
    letters.remove(0)
}

/// The kinds of notifications that the reader has, the newest last.
async fn told(scene: &Scene<'_>) -> Vec<String> {
    let page = scene.reader.get("/api/v1/notifications?limit=100").await;
    let all = page.json()["data"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|told| told["kind"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_news_is_among_the_moments() {
    let shop = Shop::open().await;
    let moments = Scene::set(&shop).await.moments();
    let topics: BTreeSet<String> = moments.iter().map(|one| one.topic.to_owned()).collect();
    let subscribed = NOTIFICATIONS_NOTIFY_CUSTOMER.subscribes.iter();
    let subscribed: BTreeSet<String> = subscribed.map(|topic| format!("{topic:?}")).collect();
    assert_eq!(topics, subscribed);
    let kinds: BTreeSet<&str> = moments.iter().filter_map(|one| one.kind).collect();
    let all: BTreeSet<&str> = NotificationKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .collect();
    assert_eq!(kinds, all);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_three_times_is_one_letter_and_one_notification() {
    let shop = Shop::open().await;
    let scene = Scene::set(&shop).await;
    for (number, moment) in (1..).zip(scene.moments()) {
        let before = (shop.mail_to(READER).await.len(), told(&scene).await.len());
        let event = moment.event(number).to_string();
        for _ in 0..3 {
            shop.inject(FUNCTION, &event).await;
        }
        shop.settle().await;
        shop.inject(FUNCTION, &event).await;
        shop.settle().await;
        let mail = shop.mail_to(READER).await.len();
        assert_eq!(mail, before.0 + 1, "{}", moment.name);
        let told = told(&scene).await;
        let shown = usize::from(moment.kind.is_some());
        assert_eq!(told.len(), before.1 + shown, "{}", moment.name);
        if let Some(kind) = moment.kind {
            assert!(
                told.iter().any(|told| told == kind),
                "{}: {told:?}",
                moment.name
            );
        }
    }
    assert_eq!(shop.dead_letters().await, 0);
}

#[tokio::test(start_paused = true)]
async fn deliveries_that_overlap_are_one_letter() {
    let shop = Shop::open().await;
    let scene = Scene::set(&shop).await;
    let mut met = 0;
    for (number, moment) in (1..).zip(scene.moments()) {
        let before = shop.mail_to(READER).await.len();
        let batch = batch(&moment.event(number));
        let deliveries = (0..3).map(|_| shop.store.invoke(FUNCTION, &batch));
        let done = join_all(deliveries).await;
        let sent = shop.mail_to(READER).await.len() - before;
        assert_eq!(sent, 1, "{}: {done:?}", moment.name);
        let quiet = |reply: &str| reply == NOTHING_AGAIN;
        let failed = done.iter().flatten().filter(|reply| !quiet(reply)).count();
        met += usize::from(failed > 0);
        // Whoever found another at it comes again, and then finds it told.
        let again = shop.store.invoke(FUNCTION, &batch).await;
        assert_eq!(again.ok().as_deref(), Some(NOTHING_AGAIN));
        let sent = shop.mail_to(READER).await.len() - before;
        assert_eq!(sent, 1, "{}", moment.name);
    }
    assert!(met > 0, "no two deliveries met");
}

#[tokio::test(start_paused = true)]
async fn of_many_claims_one_holds_until_it_runs_out() {
    let shop = Shop::open().await;
    let notifications: Notifications<Notify> = shop.handle().await;
    let event = domain::id::EventId::from_u128(7);
    let claims = (0..10).map(|_| notifications.claim(shop.store.now(), event));
    let claims: Vec<Claim> = join_all(claims)
        .await
        .into_iter()
        .map(|claim| claim.expect("an answer"))
        .collect();
    let of = |sought: Claim| claims.iter().filter(|claim| **claim == sought).count();
    assert_eq!((of(Claim::Yours), of(Claim::Others)), (1, 9));
    let claim = async || {
        notifications
            .claim(shop.store.now(), event)
            .await
            .expect("an answer")
    };
    shop.wait(59).await;
    assert_eq!(claim().await, Claim::Others);
    // Whoever held it must have died.
    shop.wait(2).await;
    assert_eq!(claim().await, Claim::Yours);
    let now = shop.store.now();
    notifications.told(now, event).await.expect("told");
    shop.wait(120).await;
    assert_eq!(claim().await, Claim::Told);
}

#[tokio::test(start_paused = true)]
async fn every_letter_says_in_text_what_it_says_in_html() {
    let shop = Shop::open().await;
    let scene = Scene::set(&shop).await;
    let until = scene.order["expiresAt"].as_str().expect("an instant");
    let until = format!("{} UTC on {}", &until[11..16], &until[..10]);
    let folder = Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/letters"));
    std::fs::create_dir_all(folder).expect("a folder");
    for (number, moment) in (1..).zip(scene.moments()) {
        let letter = letter(&shop, number, &moment).await;
        let part = |name: &str| letter[name].as_str().expect("text").to_owned();
        let (subject, text, html) = (part("subject"), part("text"), part("html"));
        // The look at all letters with a browser finds them there.
        let file = folder.join(format!("{}.html", moment.name));
        std::fs::write(file, &html).expect("written");
        assert!(subject.chars().count() <= 200, "{}: {subject}", moment.name);
        for outside in ["<script", "<img", "<link", "<style", "url("] {
            assert!(!html.contains(outside), "{}: {html}", moment.name);
        }
        for line in text.lines().filter(|line| !line.is_empty()) {
            let words = line.trim_start_matches("- ").split(['(', ':', '×', ',']);
            for words in words.map(str::trim) {
                let words = words.trim_end_matches([')', '.']);
                let escaped = words
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;")
                    .replace('"', "&quot;")
                    .replace('\'', "&#39;");
                let said = html.contains(&escaped) || words == "Token";
                assert!(said, "{}: {words}\n{html}", moment.name);
            }
        }
        if moment.name.ends_with("-at-worst") {
            assert!(text.contains(MARKUP), "{}: {text}", moment.name);
            continue;
        }
        let whole = format!("Subject: {subject}\n\n{text}\n{html}");
        let whole = ["id", "number"].iter().fold(whole, |whole, name| {
            let value = scene.order[name].as_str().expect("text");
            whole.replace(value, &format!("[{name}]"))
        });
        assert_snapshot!(moment.name, whole.replace(&until, "[until]"));
    }
}
