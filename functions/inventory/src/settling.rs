//! Settling the hold of an order: what was paid leaves the house, what was called off can be sold
//! again. A hold and its levels move in one transaction, so that each hold is settled once.

use domain::id::{MovementId, OrderId};
use domain::sku::Sku;
use domain::stock::{Hold, HoldState, LOW, Level, Movement, MovementKind, Settled};
use domain::text::Reason;
use edge::Failure;
use store::StoreError;
use store::event::Stamp;
use store::stock::{Settles, Stock};

/// What settles holds: the handle, and when and on whose behalf.
pub(crate) struct Settler<'a, M> {
    pub(crate) stock: &'a Stock<M>,
    pub(crate) stamp: &'a Stamp,
}

impl<M: Settles> Settler<'_, M> {
    /// The order was paid: its units are sold. `name` is what people call the order.
    pub(crate) async fn commit(&self, order: OrderId, name: &str) -> Result<(), Failure> {
        let Some(hold) = self.hold(order).await? else {
            return Ok(());
        };
        let committed = match hold.commit() {
            Ok(Settled::Now(committed)) => committed,
            Ok(Settled::Already) => return Ok(()),
            Err(error) => {
                // News that come late: the order was called off after it had been paid.
                tracing::warn!(%order, %error, "not committed");
                return Ok(());
            }
        };
        let levels = self.stock.levels(&hold).await?;
        let mut tx = self.stock.begin(self.stamp);
        self.stock.settle(&mut tx, hold.state, &committed)?;
        for (sku, units) in &hold.lines {
            let left = -i64::from(*units);
            let movement = self.movement(sku, MovementKind::Sale, left, order, name)?;
            let becomes_low = becomes_low(&levels, sku, *units)?;
            self.stock
                .sell(&mut tx, *units, &movement, becomes_low.as_ref())?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The order came to nothing: units still held can be sold again, units already sold come home.
    pub(crate) async fn call_off(&self, order: OrderId, name: &str) -> Result<(), Failure> {
        let Some(hold) = self.hold(order).await? else {
            return Ok(());
        };
        let Settled::Now(released) = hold.call_off() else {
            return Ok(());
        };
        let mut tx = self.stock.begin(self.stamp);
        self.stock.settle(&mut tx, hold.state, &released)?;
        for (sku, units) in &hold.lines {
            match hold.state {
                HoldState::Held => self.stock.release(&mut tx, sku, *units),
                HoldState::Committed => {
                    let back = i64::from(*units);
                    let movement =
                        self.movement(sku, MovementKind::Cancellation, back, order, name)?;
                    self.stock.restock(&mut tx, *units, &movement)?;
                }
                HoldState::Released => {}
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The hold of an order. Each order has one from its first moment, so that a missing one is
    /// worth a warning, but no message could ever bring it back.
    async fn hold(&self, order: OrderId) -> Result<Option<Hold>, Failure> {
        let hold = self.stock.hold(order).await?;
        if hold.is_none() {
            tracing::warn!(%order, "the order has no hold");
        }
        Ok(hold)
    }

    fn movement(
        &self,
        sku: &Sku,
        kind: MovementKind,
        delta: i64,
        order: OrderId,
        name: &str,
    ) -> Result<Movement, Failure> {
        Ok(Movement {
            id: MovementId::new(self.stamp.now, self.stamp.entropy.as_ref()),
            sku: sku.clone(),
            kind,
            delta,
            reason: Reason::parse(&format!("order {name}")).map_err(Failure::internal)?,
            order: Some(order),
            actor: None,
            at: self.stamp.now,
        })
    }
}

/// The level after the sale, if it is low and was not called so before.
fn becomes_low(
    levels: &[(Level, bool)],
    sku: &Sku,
    units: u32,
) -> Result<Option<Level>, StoreError> {
    let Some((level, false)) = levels.iter().find(|(level, _)| level.sku == *sku) else {
        return Ok(None);
    };
    // Less reserved than held means that the hold was settled after it was read.
    let sold = level.commit(units).map_err(|_| StoreError::Stale)?;
    Ok((sold.available() <= LOW).then_some(sold))
}
