//! `GET /inventory/{sku}`: how much there is of a SKU. Staff see the whole level; customers see what
//! can be bought of products on sale.

use domain::product::ProductStatus;
use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::products::{self, Products};
use store::stock::{self, Stock};

use crate::level::{Availability, LevelView, SkuPath};

/// Reads a level.
pub(crate) struct GetLevel;

/// A level, as far as the caller may see it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum SeenLevel {
    /// All of it, for staff.
    Whole(LevelView),
    /// What can be bought, for everybody.
    Public(Availability),
}

impl Endpoint for GetLevel {
    const ROUTE: Route = Route::get("/inventory/{sku}", "Get the stock level of a SKU")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Stock<stock::Read>, Products<products::Read>);
    type Path = SkuPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = SeenLevel;

    async fn handle(
        (stock, products): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<SeenLevel>, Failure> {
        let sku = &rq.path.sku;
        let (seen, offer) = tokio::try_join!(stock.level(sku), products.offer(sku))?;
        let level = seen.whole();
        if rq.caller.may(Permission::StockRead) {
            let version = level.version;
            let view = LevelView::of(level, seen.main.spread);
            return Ok(Reply::of(SeenLevel::Whole(view)).version(version));
        }
        if offer.status != ProductStatus::Active {
            return Err(Failure::new(Code::NotFound));
        }
        // Without the version: it is not shown, and its tag would be that of the whole level.
        Ok(Reply::of(SeenLevel::Public(level.into())))
    }
}
