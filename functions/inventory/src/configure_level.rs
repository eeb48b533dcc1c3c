//! `PUT /inventory/{sku}`: how a SKU is sold.
//!
//! With backorder, orders are taken for more than there is: `available` may fall below zero, which is what
//! buyers are owed; everybody else sees 0. Without it, no more is sold than there is; what is owed by then
//! stays owed.
//!
//! With shards, it sells faster than one item of the database can be written: what is there is spread over
//! them, and whoever orders takes from any. The same again spreads what came since; 0 gathers it, and so
//! does the shop by itself when little is left.

use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::products::{self, Products};
use store::stock::{self, Stock};

use crate::level::{LevelView, SkuPath};

/// Configures a level.
pub(crate) struct ConfigureLevel;

/// How a SKU is sold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LevelSettings {
    /// Whether orders are taken for what is not in the house.
    backorder: bool,
    /// Over how many shards it is spread, so that many can buy it at once; 0 unless told. A shard takes
    /// some 20 orders a second.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    shards: u16,
}

impl Endpoint for ConfigureLevel {
    const ROUTE: Route = Route::put("/inventory/{sku}", "Say how a SKU is sold")
        .auth(Auth::Staff(Permission::StockWrite))
        .versioned();
    type Needs = (Stock<stock::Configure>, Products<products::Read>);
    type Path = SkuPath;
    type Query = Nothing;
    type Body = LevelSettings;
    type Reply = LevelView;

    async fn handle(
        (stock, products): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<LevelView>, Failure> {
        let LevelSettings { backorder, shards } = rq.body;
        if backorder && shards > 0 {
            // Shards end where there is nothing left; with backorder there is always something.
            return Err(Failure::rule("shards", "must be 0 with backorder"));
        }
        let sku = &rq.path.sku;
        let (mut seen, _known) = tokio::try_join!(stock.level(sku), products.offer(sku))?;
        rq.expects(seen.whole().version)?;
        if seen.main.spread.must_be_gathered_for(shards) {
            stock.gather(&rq.stamp, &seen.main).await?;
            seen = stock.level(sku).await?;
        }
        if seen.main.level.backorder != backorder {
            let new = seen.main.level.with_backorder(backorder);
            let mut tx = stock.begin(&rq.stamp);
            stock.put_level(&mut tx, &seen.main, &new)?;
            tx.commit().await?;
            seen.main.level = new;
        }
        if shards > 0 {
            stock.spread(&rq.stamp, &seen.main, shards).await?;
            seen = stock.level(sku).await?;
        }
        Ok(LevelView::of(seen.whole(), seen.main.spread).reply())
    }
}
