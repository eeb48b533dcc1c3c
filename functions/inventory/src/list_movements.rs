//! `GET /inventory/{sku}/movements`: the ledger of a SKU, newest first.

use domain::clock::Timestamp;
use domain::id::{MovementId, OrderId, UserId};
use domain::role::Permission;
use domain::sku::Sku;
use domain::stock::{Movement, MovementKind};
use domain::text::Reason;
use edge::cursor::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::handle::Page;
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
    id: MovementId,
    sku: Sku,
    kind: MovementKind,
    /// Units that came in, or went out where it is negative.
    delta: i64,
    reason: Reason,
    /// The order it was for.
    order_id: Option<OrderId>,
    /// Who did it; null for what the shop did by itself.
    actor_id: Option<UserId>,
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
        let PageQuery { cursor, limit } = &rq.query;
        let sku = &rq.path.sku;
        let cursors = seal.cursors(Self::ROUTE.path, sku.to_string());
        let after = cursors.open(cursor.as_deref())?;
        let Page { items, next } = stock.movements(sku, after, limit.get()).await?;
        if items.is_empty() {
            // A ledger outlives its product, so only an empty one has to show that the SKU exists.
            products.offer(sku).await?;
        }
        let views = items.into_iter().map(MovementView::from).collect();
        Ok(Reply::of(views).next(next.map(|position| cursors.at(&position))))
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
