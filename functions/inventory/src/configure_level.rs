//! `PUT /inventory/{sku}`: whether orders are taken for more than there is of a SKU. With backorder,
//! `available` may fall below zero, which is what buyers are owed; everybody else sees 0. Without it,
//! no more is sold than there is; what is owed by then stays owed.

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
}

impl Endpoint for ConfigureLevel {
    const ROUTE: Route = Route::put("/inventory/{sku}", "Sell a SKU with or without backorder")
        .auth(Auth::Staff(Permission::StockWrite))
        .versioned();
    type Needs = (Stock<stock::Adjust>, Products<products::Read>);
    type Path = SkuPath;
    type Query = Nothing;
    type Body = LevelSettings;
    type Reply = LevelView;

    async fn handle(
        (stock, products): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<LevelView>, Failure> {
        let sku = &rq.path.sku;
        let (old, _known) = tokio::try_join!(stock.level(sku), products.offer(sku))?;
        rq.expects(old.level.version)?;
        let LevelSettings { backorder } = rq.body;
        if old.level.backorder == backorder {
            return Ok(LevelView::from(old.level).reply());
        }
        let new = old.level.with_backorder(backorder);
        let mut tx = stock.begin(&rq.stamp);
        stock.put_level(&mut tx, &old, &new)?;
        tx.commit().await?;
        Ok(LevelView::from(new).reply())
    }
}
