//! `PATCH /orders/{id}/fulfilments/{fulfilmentId}`: a parcel arrives, or never left after all; or it
//! becomes known where it can be followed. Once all goods of an order have arrived, it is completed.

use domain::machine::Moves;
use domain::order::{OrderStatus, ShipmentStatus, Tracking};
use domain::role::Permission;
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::event::{Event, FulfilmentFacts, OrderFacts};
use store::orders::{self, Orders};

use crate::fulfilment::{FulfilmentOfOrder, FulfilmentPath, TrackingForm};
use crate::goods::refused;
use crate::order::actor;

/// Moves a fulfilment.
pub(crate) struct ChangeFulfilment;

/// What may change of a parcel.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FulfilmentDocument {
    status: ShipmentStatus,
    /// Where it can be followed; null if nobody says.
    tracking: Option<TrackingForm>,
}

impl Endpoint for ChangeFulfilment {
    const ROUTE: Route = Route::patch(
        "/orders/{id}/fulfilments/{fulfilmentId}",
        "Move a fulfilment on",
    )
    .auth(Auth::Staff(Permission::OrdersWrite))
    .errors(&[Code::InvalidState, Code::PatchFailed]);
    const MOVES: &'static [Moves] = &[
        Moves::all::<ShipmentStatus>(),
        Moves::to::<OrderStatus>(OrderStatus::Completed.as_str()),
    ];
    type Needs = (Orders<orders::Move>,);
    type Path = FulfilmentPath;
    type Query = Nothing;
    type Body = FulfilmentDocument;
    type Reply = FulfilmentOfOrder;

    async fn document(
        (orders,): &Self::Needs,
        path: &FulfilmentPath,
        _: &Caller,
    ) -> Result<Document, Failure> {
        let order = orders.get_now(path.id).await?;
        let fulfilment = order.fulfilment(path.fulfilment_id).map_err(refused)?;
        let document = FulfilmentDocument {
            status: fulfilment.status,
            tracking: fulfilment.tracking.clone().map(TrackingForm::from),
        };
        Document::of(&document, order.version)
    }

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<FulfilmentOfOrder>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        rq.expects(order.version)?;
        let FulfilmentDocument { status, tracking } = rq.body.clone();
        let id = rq.path.fulfilment_id;
        let by = actor(&rq.caller, &order);
        let moved = order
            .move_fulfilment(id, status, tracking.map(Tracking::from), by, rq.now())
            .map_err(refused)?;
        let Some(moved) = moved.moved() else {
            return Ok(FulfilmentOfOrder::of(&order, id)?.reply());
        };
        let mut news = Vec::new();
        let fulfilment = moved.fulfilment(id).map_err(refused)?;
        let arrived = order.fulfilment(id).map_err(refused)?.status != fulfilment.status;
        if arrived && fulfilment.status == ShipmentStatus::Delivered {
            let facts = FulfilmentFacts::of(&moved, fulfilment);
            news.push(Event::OrderDelivered(facts));
        }
        if order.status != moved.status && moved.status == OrderStatus::Completed {
            news.push(Event::OrderCompleted(OrderFacts::of(&moved, None)));
        }
        let mut tx = orders.begin(&rq.stamp);
        orders.save(&mut tx, &moved, news)?;
        tx.commit().await?;
        Ok(FulfilmentOfOrder::of(&moved, id)?.reply())
    }
}
