//! Receipts of goods that come back: booked once.

use domain::ReturnId;
use domain::machine::Machine;
use domain::stock::ReceiptState;
use store::stock::{Settle, Stock};

use super::{Watch, nobody_knows, other};
use crate::bought::Bought;
use crate::shop::Shop;

pub(super) const WALKED: &str = ReceiptState::NAME;

const QUEUE: &str = "inventory-receive-return";

/// A return of three mugs that has come, and how many of the mugs are on hand now.
async fn at(bought: &Bought<'_>, state: ReceiptState) -> (String, i64) {
    let path = bought.returning("received").await;
    if state == ReceiptState::Booked {
        bought.shop.settle().await;
    }
    (path, bought.level("MUG").await.0)
}

async fn stands(stock: &Stock<Settle>, path: &str, state: ReceiptState) {
    let id = path
        .rsplit('/')
        .next()
        .and_then(|id| ReturnId::parse(id).ok());
    let receipt = stock
        .receipt(id.expect("an id"), 1)
        .await
        .expect("the table");
    assert_eq!(receipt.expect("a receipt").state, state);
}

/// That it came is told once more, by what was told before or is told only now.
async fn tell_again(bought: &Bought<'_>, path: &str) {
    let told = bought.events("ReturnReceived").await;
    let news = told
        .iter()
        .find(|event| path.ends_with(event["data"]["returnId"].as_str().unwrap_or("?")));
    let news = news.expect("it was told").to_string();
    bought.shop.inject(QUEUE, &news).await;
    bought.shop.settle().await;
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_no_other_one() {
    let shop = Shop::open().await;
    let bought = Bought::of(&shop, 100).await;
    bought.all_delivered().await;
    shop.settle().await;
    let stock = shop.handle().await;
    for (from, to) in ReceiptState::MOVES {
        let (path, on_hand) = at(&bought, *from).await;
        stands(&stock, &path, *from).await;
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (ReceiptState::Pending, ReceiptState::Booked) => shop.settle().await,
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        stands(&stock, &path, *to).await;
        assert_eq!(bought.level("MUG").await.0, on_hand + 3);
    }
    for (from, to) in other() {
        let (path, on_hand) = at(&bought, from).await;
        match (from, to) {
            // Staff says once more that it came: it has, and nothing is added.
            (_, ReceiptState::Pending) => {
                let again = serde_json::json!({"status": "received"});
                assert_eq!(bought.patch(&path, &again).await.status, 200);
            }
            (_, ReceiptState::Booked) => tell_again(&bought, &path).await,
        }
        stands(&stock, &path, from).await;
        assert_eq!(bought.level("MUG").await.0, on_hand, "{from} to {to}");
        shop.settle().await;
    }
    assert_eq!(shop.dead_letters().await, 0);
}
