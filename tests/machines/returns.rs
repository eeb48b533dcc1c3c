//! Returns: moved by staff, and called off by whoever asked for them.

use domain::machine::Machine;
use domain::order::ReturnStatus;
use serde_json::{Value, json};

use super::{Watch, is_refused, nobody_knows, other};
use crate::bought::{Bought, came};
use crate::shop::Shop;

pub(super) const WALKED: &str = ReturnStatus::NAME;

/// What staff says to make a move. Three mugs are to come: one by one they come in part.
fn wish(bought: &Bought<'_>, from: ReturnStatus, to: ReturnStatus) -> Value {
    use ReturnStatus::{
        Approved, Cancelled, Closed, PartiallyReceived, Received, Rejected, Requested,
    };
    match (from, to) {
        (Requested, Approved | Rejected | Cancelled)
        | (Approved, Received | Cancelled)
        | (PartiallyReceived, Received | Closed) => json!({ "status": to }),
        (Approved | PartiallyReceived, PartiallyReceived) => {
            let one = [came(&bought.lines[0], 1, "restock")];
            json!({"status": to, "lines": one})
        }
        _ => nobody_knows(from, to),
    }
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_every_other_one_is_refused() {
    let shop = Shop::open().await;
    let bought = Bought::of(&shop, 100).await;
    bought.all_delivered().await;
    let status = async |path: &str| bought.admin.get(path).await.text("/data/status");
    for (from, to) in ReturnStatus::MOVES {
        let path = bought.returning(from.as_str()).await;
        assert_eq!(status(&path).await, from.as_str());
        let watch = Watch::over(&shop);
        let moved = bought.patch(&path, &wish(&bought, *from, *to)).await;
        assert_eq!(moved.status, 200, "{from} to {to}: {moved:?}");
        watch.saw_one_that_leads_to(*to);
        assert_eq!(status(&path).await, to.as_str());
    }
    for from in ReturnStatus::ALL {
        let path = bought.returning(from.as_str()).await;
        let before = bought.seen().await;
        for (_, to) in other().filter(|(other, _)| other == from) {
            let answer = bought.patch(&path, &json!({ "status": to })).await;
            if *from == to {
                // Where it is already, it stays.
                assert_eq!(answer.status, 200, "{answer:?}");
            } else {
                is_refused(&answer, *from, to);
                let reason = format!("status: the return is {from} and cannot become {to}; ");
                assert!(answer.errors()[0].starts_with(&reason), "{answer:?}");
            }
            assert_eq!(bought.seen().await, before, "{from} to {to}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn its_customer_calls_it_off_wherever_it_can_be() {
    let shop = Shop::open().await;
    let bought = Bought::of(&shop, 100).await;
    bought.all_delivered().await;
    for from in ReturnStatus::ALL {
        let path = bought.returning(from.as_str()).await;
        let ask = bought.customer.ask("PATCH", &path);
        let answer = ask.json(&json!({"status": "cancelled"})).send().await;
        let to = ReturnStatus::Cancelled;
        if ReturnStatus::MOVES.contains(&(*from, to)) || *from == to {
            assert_eq!(answer.text("/data/status"), "cancelled", "{answer:?}");
        } else {
            is_refused(&answer, *from, to);
        }
    }
}
