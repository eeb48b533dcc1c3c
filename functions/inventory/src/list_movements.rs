//! `GET /inventory/{sku}/movements`: the ledger of a SKU, newest first.

use domain::clock::Timestamp;
use domain::id::{MovementId, OrderId, UserId};
use domain::role::Permission;
use domain::sku::Sku;
use domain::stock::{Movement, MovementKind};
use domain::text::Reason;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::products::{self, Products};
use store::stock::{self, Stock};

use crate::level::SkuPath;

/// Lists movements.
pub(crate) struct ListMovements;

/// An entry of a SKU's ledger; the deltas of all entries sum to the units on hand.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Movement")]
pub(crate) struct MovementView {
    /// The movement's id.
    id: MovementId,
    /// What moved.
    sku: Sku,
    /// Why, as a machine tells it.
    kind: MovementKind,
    /// Units that came in, or went out where it is negative.
    delta: i64,
    /// Why, as a person tells it.
    reason: Reason,
    /// The order it was for; null for what was counted.
    order_id: Option<OrderId>,
    /// Who did it; null for what the shop did by itself.
    actor_id: Option<UserId>,
    /// When.
    at: Timestamp,
}

impl Endpoint for ListMovements {
    const ROUTE: Route = Route::get("/inventory/{sku}/movements", "List the movements of a SKU")
        .auth(Auth::Staff(Permission::StockRead));
    type Needs = (Stock<stock::ReadLedger>, Products<products::Read>, Seal);
    type Path = SkuPath;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<MovementView>;

    async fn handle(
        (stock, products, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<MovementView>>, Failure> {
        let sku = &rq.path.sku;
        let list = seal.list(Self::ROUTE.path, sku.as_str());
        let bounds = list.bounds(&rq.query.paging)?;
        let page = stock.movements(sku, &bounds).await?;
        if page.items.is_empty() {
            // A ledger outlives its product, so only an empty one has to show that the SKU exists.
            products.offer(sku).await?;
        }
        Ok(list.reply(page))
    }
}

impl From<Movement> for MovementView {
    fn from(movement: Movement) -> Self {
        let Movement {
            id,
            sku,
            kind,
            delta,
            reason,
            order,
            actor,
            at,
        } = movement;
        Self {
            id,
            sku,
            kind,
            delta,
            reason,
            order_id: order,
            actor_id: actor,
            at,
        }
    }
}
