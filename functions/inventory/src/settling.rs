//! Settling the hold of an order: what was paid leaves the house, what was called off can be sold
//! again. A hold and its levels move in one transaction, so that each hold is settled once.

use domain::id::{MovementId, OrderId, ReturnId};
use domain::sku::Sku;
use domain::stock::shard::{Shard, Share};
use domain::stock::{Hold, HoldState, Movement, MovementKind, Settled};
use domain::text::Reason;
use edge::Failure;
use store::event::Stamp;
use store::stock::{Counted, Settles, Stock};

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
        let (levels, shards) = self.places(&hold).await?;
        let mut tx = self.stock.begin(self.stamp);
        self.stock.settle(&mut tx, hold.state, &committed)?;
        for (sku, units) in &hold.lines {
            let left = -i64::from(*units);
            let movement = self.movement(sku, MovementKind::Sale, left, order, name)?;
            let (of_main, shares) = apart(&shards, sku, *units);
            for share in &shares {
                self.stock.sell_of_shard(&mut tx, share);
            }
            if of_main > 0 {
                let level = of(&levels, sku)?;
                self.stock.sell(&mut tx, of_main, level)?;
            }
            let ledger = shares.first().map_or(Shard::MAIN, |share| share.shard);
            self.stock.enter(&mut tx, &movement, ledger)?;
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
        let (levels, shards) = self.places(&hold).await?;
        let mut tx = self.stock.begin(self.stamp);
        self.stock.settle(&mut tx, hold.state, &released)?;
        for (sku, units) in &hold.lines {
            match hold.state {
                HoldState::Held => {
                    let (of_main, shares) = apart(&shards, sku, *units);
                    for share in &shares {
                        self.stock.release_to_shard(&mut tx, share);
                    }
                    if of_main > 0 {
                        let level = of(&levels, sku)?;
                        self.stock.release(&mut tx, of_main, level);
                    }
                }
                HoldState::Committed => {
                    let back = i64::from(*units);
                    let movement =
                        self.movement(sku, MovementKind::Cancellation, back, order, name)?;
                    self.stock
                        .restock(&mut tx, *units, &[movement], of(&levels, sku)?)?;
                }
                HoldState::Released => {}
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Goods came back: they go into the ledger, and those that can be sold again on the shelf.
    pub(crate) async fn take_home(&self, of_return: ReturnId, number: u32) -> Result<(), Failure> {
        let Some(receipt) = self.stock.receipt(of_return, number).await? else {
            // Written down in the transaction that told of it: no message could bring it back.
            tracing::warn!(return = %of_return, number, "there is no such receipt");
            return Ok(());
        };
        let Some(booked) = receipt.book() else {
            return Ok(());
        };
        let skus: Vec<&Sku> = receipt.lines.iter().map(|line| &line.sku).collect();
        let levels = self.stock.levels(&skus).await?;
        let name = receipt.name.to_string();
        let mut tx = self.stock.begin(self.stamp);
        self.stock.book(&mut tx, &booked)?;
        for line in &receipt.lines {
            let movements = line.movements().into_iter();
            let movements = movements
                .map(|(kind, delta)| self.movement(&line.sku, kind, delta, receipt.order, &name))
                .collect::<Result<Vec<_>, _>>()?;
            let level = of(&levels, &line.sku)?;
            self.stock
                .restock(&mut tx, line.restocked, &movements, level)?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tells of the levels that are low and of which nobody was told.
    pub(crate) async fn look_for_low(&self, skus: &[&Sku]) -> Result<(), Failure> {
        let levels = self.stock.levels(skus).await?;
        let mut tx = self.stock.begin(self.stamp);
        let mut any = false;
        for level in levels.iter().filter(|level| level.becomes_low()) {
            self.stock.call_low(&mut tx, level)?;
            any = true;
        }
        if any {
            tx.commit().await?;
        }
        Ok(())
    }

    /// The main levels of all that is held, and the shards that it was taken from.
    async fn places(&self, hold: &Hold) -> Result<(Vec<Counted>, Vec<Share>), Failure> {
        let skus: Vec<&Sku> = hold.lines.iter().map(|(sku, _)| sku).collect();
        let both = tokio::try_join!(self.stock.levels(&skus), self.stock.shards_left(hold));
        Ok(both?)
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

/// How many units of a line are of the main level, and which are of shards.
fn apart<'a>(shards: &'a [Share], sku: &Sku, units: u32) -> (u32, Vec<&'a Share>) {
    let shares: Vec<&Share> = shards.iter().filter(|share| share.sku == *sku).collect();
    let spread: u32 = shares.iter().map(|share| share.units).sum();
    (units.saturating_sub(spread), shares)
}

/// The level of a SKU that was taken once, and therefore counted.
fn of<'a>(levels: &'a [Counted], sku: &Sku) -> Result<&'a Counted, Failure> {
    let found = levels.iter().find(|counted| counted.level.sku == *sku);
    found.ok_or_else(|| Failure::internal(format!("{sku} was taken and never counted")))
}
