//! Using promotions, and giving uses back: each in one transaction with what counts it.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{OrderId, PromotionId};
use domain::order::{CHARGE_PATIENCE, Order};
use domain::pricing::promotion::Promotion;
use domain::pricing::redemption::{Buyer, Redemption, RedemptionState};

use super::{COUPONS, PricingRoom, Redeem, Release, Sweep, Tariffs, sk};
use crate::db::{Item, from_item, key, number, read_number, shard, text};
use crate::digest::digest;
use crate::error::StoreError;
use crate::handle::Mode;
use crate::tables::DUE;
use crate::tx::{Terms, Tx, stored};

pub(super) const BUYER: &str = "buyer";
const REDEMPTION: &str = "redemption";

/// Marks the modes that settle redemptions.
pub trait Settles: Mode<Room = PricingRoom> {}
impl Settles for Release {}
impl Settles for Sweep {}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedemptionItem {
    v: u8,
    order: OrderId,
    promotion: PromotionId,
    in_all: bool,
    /// The sort key of the buyer's counter, if the use counts there.
    buyer: Option<String>,
    state: RedemptionState,
    at: Timestamp,
    due_at: Timestamp,
}

/// A redemption as it was read, with the counter of its buyer.
#[derive(Debug, Clone)]
pub struct KeptRedemption {
    /// The redemption.
    pub redemption: Redemption,
    buyer: Option<String>,
}

fn order_pk(order: OrderId) -> String {
    format!("order/{order}")
}

pub(super) fn promotion_pk(id: PromotionId) -> String {
    format!("promotion/{id}")
}

/// Guests are counted under a digest: who they are is nobody's business here.
pub(super) fn buyer_sk(buyer: &Buyer) -> String {
    match buyer {
        Buyer::Account(user) => format!("{BUYER}/user/{user}"),
        Buyer::Guest(email) => format!("{BUYER}/guest/{}", digest(&[&email.canonical()])),
    }
}

impl Tariffs<Redeem> {
    /// Stages that an order uses a promotion, as it was read. Nothing is counted where nothing is
    /// limited.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::UsedUp`] if it was used as often as it may be, and with [`StoreError::Stale`] if
    /// the promotion changed meanwhile.
    pub fn redeem(
        &self,
        tx: &mut Tx,
        order: &Order,
        promotion: &Promotion,
        buyer: &Buyer,
    ) -> Result<(), StoreError> {
        let due_at = order.expires_at.plus(CHARGE_PATIENCE);
        let redemption = Redemption::of(promotion, order.id, order.created_at, due_at);
        let Some(redemption) = redemption else {
            return Ok(());
        };
        if let Some(most) = promotion.limits.uses {
            let terms = Terms {
                condition: Some("#version = :version AND #uses < :most".to_owned()),
                names: vec![("#version", "version"), ("#uses", "uses")],
                values: vec![
                    (":version", number(promotion.version)),
                    (":most", number(most)),
                    (":one", number(1)),
                ],
            };
            let read = promotion.version;
            let key = key(COUPONS, &sk::<Promotion>(promotion.id));
            let add = "ADD #uses :one";
            tx.update(self.db.table(), key, add, terms, move |found| {
                let version = found.and_then(|item| read_number::<u64>(item, "version"));
                if version == Some(read) {
                    StoreError::UsedUp
                } else {
                    StoreError::Stale
                }
            });
        }
        if let Some(most) = promotion.limits.uses_per_customer {
            let terms = Terms {
                condition: Some("attribute_not_exists(pk) OR #uses < :most".to_owned()),
                names: vec![("#uses", "uses"), ("#kind", "kind"), ("#v", "v")],
                values: vec![
                    (":most", number(most)),
                    (":one", number(1)),
                    (":kind", text(BUYER)),
                    (":v", number(1)),
                ],
            };
            let key = key(&promotion_pk(promotion.id), &buyer_sk(buyer));
            let add = "SET #kind = :kind, #v = :v ADD #uses :one";
            tx.update(self.db.table(), key, add, terms, |_| StoreError::UsedUp);
        }
        let item = redemption_item(&redemption, buyer)?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl<M: Settles> Tariffs<M> {
    /// What an order has used, as it stands this moment; nothing if it used nothing that is limited.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn redemption(&self, order: OrderId) -> Result<Option<KeptRedemption>, StoreError> {
        let item = self.db.get_now(&order_pk(order), REDEMPTION).await?;
        item.map(kept).transpose()
    }

    /// Stages that a use is settled as `settled` says, from the state it was read in. The transaction
    /// fails with [`StoreError::Stale`] if that was done meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn settle(
        &self,
        tx: &mut Tx,
        read: &KeptRedemption,
        settled: &Redemption,
    ) -> Result<(), StoreError> {
        let terms = from_state(&read.redemption, settled.state);
        let at = key(&order_pk(settled.order), REDEMPTION);
        let set = format!("SET #state = :state REMOVE {}, {}", DUE.pk, DUE.sk);
        tx.update(self.db.table(), at, &set, terms, |_| StoreError::Stale);
        if settled.state != RedemptionState::Released {
            return Ok(());
        }
        if settled.in_all {
            let at = (COUPONS.to_owned(), sk::<Promotion>(settled.promotion));
            // One that was deleted has no count to put right.
            if self.db.get_now(&at.0, &at.1).await?.is_some() {
                self.one_less(tx, key(&at.0, &at.1));
            }
        }
        if let Some(buyer) = &read.buyer {
            self.one_less(tx, key(&promotion_pk(settled.promotion), buyer));
        }
        Ok(())
    }

    fn one_less(&self, tx: &mut Tx, key: Item) {
        let terms = Terms {
            condition: Some("#uses > :none".to_owned()),
            names: vec![("#uses", "uses")],
            values: vec![(":none", number(0)), (":minus", number(-1))],
        };
        // Without the count, the promotion was deleted since it was looked for.
        let add = "ADD #uses :minus";
        tx.update(self.db.table(), key, add, terms, |_| StoreError::Stale);
    }
}

impl Tariffs<Sweep> {
    /// Up to `limit` orders per shard whose redemptions are due by now.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due(&self, now: Timestamp, limit: u16) -> Result<Vec<OrderId>, StoreError> {
        self.db
            .due(now, limit)
            .await?
            .iter()
            .map(|id| id.parse().map_err(StoreError::corrupt))
            .collect()
    }

    /// Puts off a redemption that cannot be settled yet.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if it was settled meanwhile, [`StoreError::Unavailable`].
    pub async fn put_off(
        &self,
        mut tx: Tx,
        read: &KeptRedemption,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let redemption = &read.redemption;
        let mut terms = from_state(redemption, redemption.state);
        terms.values.push((":dueAt", text(until.to_string())));
        let due_sk = format!("{until}/{}", redemption.order);
        terms.values.push((":dueSk", text(due_sk)));
        let set = format!("SET #state = :state, dueAt = :dueAt, {} = :dueSk", DUE.sk);
        let at = key(&order_pk(redemption.order), REDEMPTION);
        tx.update(self.db.table(), at, &set, terms, |_| StoreError::Stale);
        tx.commit().await
    }
}

fn from_state(read: &Redemption, state: RedemptionState) -> Terms {
    Terms {
        condition: Some("#state = :read".to_owned()),
        names: vec![("#state", "state")],
        values: vec![
            (":read", text(read.state.as_str())),
            (":state", text(state.as_str())),
        ],
    }
}

fn redemption_item(redemption: &Redemption, buyer: &Buyer) -> Result<Item, StoreError> {
    let Redemption {
        order,
        promotion,
        in_all,
        of_buyer,
        state,
        at,
        due_at,
    } = redemption.clone();
    let form = RedemptionItem {
        v: 1,
        order,
        promotion,
        in_all,
        buyer: of_buyer.then(|| buyer_sk(buyer)),
        state,
        at,
        due_at,
    };
    let mut item = stored(order_pk(order), REDEMPTION, REDEMPTION, &form)?;
    let shard = shard(*order.as_uuid());
    item.insert(DUE.pk.to_owned(), text(format!("due/{shard}")));
    item.insert(DUE.sk.to_owned(), text(format!("{due_at}/{order}")));
    Ok(item)
}

fn kept(item: Item) -> Result<KeptRedemption, StoreError> {
    let RedemptionItem {
        v: _,
        order,
        promotion,
        in_all,
        buyer,
        state,
        at,
        due_at,
    } = from_item(item)?;
    Ok(KeptRedemption {
        redemption: Redemption {
            order,
            promotion,
            in_all,
            of_buyer: buyer.is_some(),
            state,
            at,
            due_at,
        },
        buyer,
    })
}
