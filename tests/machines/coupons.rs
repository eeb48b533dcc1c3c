//! Uses of coupons: moved by what becomes of their orders.

use domain::OrderId;
use domain::machine::Machine;
use domain::pricing::redemption::RedemptionState;
use serde_json::json;
use store::pricing::{Release, Tariffs};

use super::{Desk, Watch, nobody_knows, other};
use crate::api::pricing::{PROMOTIONS, coupon, made, uses};
use crate::shop::{Shop, with};

pub(super) const WALKED: &str = RedemptionState::NAME;

const QUEUE: &str = "pricing-release-coupon";

const DAY_S: u64 = 24 * 60 * 60;
/// After that long nobody expects the order to be cancelled any more.
const FOR_GOOD_S: u64 = 31 * DAY_S;

struct Purse<'a> {
    desk: Desk<'a>,
    tariffs: Tariffs<Release>,
    promotion: String,
}

impl<'a> Purse<'a> {
    /// A shop of its own for each walk: the server's key does not last for as long as all of them.
    async fn of(shop: &'a Shop) -> Self {
        let body = with(coupon("FEW"), &json!({"limits": {"uses": 100}}));
        let promotion = made(&shop.admin().await, PROMOTIONS, &body).await;
        Self {
            desk: Desk::at(shop).await,
            tariffs: shop.handle().await,
            promotion: promotion.text("/data/id"),
        }
    }

    /// A paid order whose use of the coupon stands there.
    async fn at(&self, state: RedemptionState) -> String {
        let shop = self.desk.shop;
        let more = json!({"couponCode": "FEW", "paymentMethod": "pm_test_ok"});
        let order = self.desk.place(&more).await;
        shop.settle().await;
        match state {
            RedemptionState::Held => {}
            RedemptionState::Kept => shop.wait(FOR_GOOD_S).await,
            RedemptionState::Released => self.call_off(&order).await,
        }
        self.stands(&order, state).await;
        order
    }

    async fn call_off(&self, order: &str) {
        assert_eq!(self.desk.cancel(order).await.status, 201);
        self.desk.shop.settle().await;
    }

    async fn stands(&self, order: &str, state: RedemptionState) {
        let id = OrderId::parse(order).expect("an id");
        let kept = self.tariffs.redemption(id).await.expect("the table");
        assert_eq!(kept.expect("a use").redemption.state, state);
        let counted = match state {
            RedemptionState::Held | RedemptionState::Kept => 1,
            RedemptionState::Released => 0,
        };
        assert_eq!(uses(self.desk.shop, &self.promotion).await.0, counted);
    }
}

#[tokio::test(start_paused = true)]
async fn every_move_is_made() {
    for (from, to) in RedemptionState::MOVES {
        let shop = Shop::open().await;
        let purse = Purse::of(&shop).await;
        let order = purse.at(*from).await;
        let watch = Watch::over(&shop);
        match (*from, *to) {
            (RedemptionState::Held, RedemptionState::Kept) => shop.wait(FOR_GOOD_S).await,
            (RedemptionState::Held | RedemptionState::Kept, RedemptionState::Released) => {
                purse.call_off(&order).await;
            }
            (from, to) => nobody_knows(from, to),
        }
        watch.saw_one_that_leads_to(*to);
        purse.stands(&order, *to).await;
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_move_is_made() {
    for from in RedemptionState::ALL {
        let shop = Shop::open().await;
        let purse = Purse::of(&shop).await;
        let order = purse.at(*from).await;
        for (_, to) in other().filter(|(other, _)| other == from) {
            match to {
                // It is placed once: nothing but the clock could bring it back.
                RedemptionState::Held | RedemptionState::Kept => {
                    shop.wait(if *from == RedemptionState::Held {
                        60
                    } else {
                        DAY_S
                    })
                    .await;
                }
                RedemptionState::Released => {
                    let news = purse.desk.told_as(&order, "OrderCancelled").await;
                    shop.inject(QUEUE, &news.to_string()).await;
                    shop.settle().await;
                }
            }
            purse.stands(&order, *from).await;
        }
        assert_eq!(shop.dead_letters().await, 0);
    }
}
