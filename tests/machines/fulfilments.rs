//! Fulfilments: moved by staff.

use domain::machine::Machine;
use domain::order::ShipmentStatus;
use serde_json::json;

use super::{Watch, is_refused, nobody_knows, other};
use crate::bought::{Bought, units};
use crate::shop::Shop;

pub(super) const WALKED: &str = ShipmentStatus::NAME;

/// The path of a parcel with one mug that stands there. More mugs stay at home, so that the order is
/// never complete.
async fn at(bought: &Bought<'_>, status: ShipmentStatus) -> String {
    let sent = bought.ship(json!([units(&bought.lines[0], 1)])).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let parcel = sent.header("location").expect("a place").to_owned();
    if status != ShipmentStatus::Shipped {
        let moved = bought.patch(&parcel, &json!({ "status": status })).await;
        assert_eq!(moved.status, 200, "{moved:?}");
    }
    parcel
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made_and_every_other_one_is_refused() {
    let shop = Shop::open().await;
    let bought = Bought::of(&shop, 100).await;
    for (from, to) in ShipmentStatus::MOVES {
        let parcel = at(&bought, *from).await;
        assert_eq!(
            bought.admin.get(&parcel).await.text("/data/status"),
            from.as_str()
        );
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (ShipmentStatus::Shipped, ShipmentStatus::Delivered | ShipmentStatus::Cancelled) => {
                let moved = bought.patch(&parcel, &json!({ "status": to })).await;
                assert_eq!(moved.status, 200, "{from} to {to}: {moved:?}");
            }
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        assert_eq!(
            bought.admin.get(&parcel).await.text("/data/status"),
            to.as_str()
        );
    }
    for (from, to) in other() {
        let parcel = at(&bought, from).await;
        let before = bought.seen().await;
        let answer = bought.patch(&parcel, &json!({ "status": to })).await;
        if from == to {
            // Where it is already, it stays.
            assert_eq!(answer.status, 200, "{answer:?}");
        } else {
            is_refused(&answer, from, to);
            let reason = format!("status: the fulfilment is {from} and cannot become {to}; ");
            assert!(answer.errors()[0].starts_with(&reason), "{answer:?}");
        }
        assert_eq!(bought.seen().await, before, "{from} to {to}");
    }
}
