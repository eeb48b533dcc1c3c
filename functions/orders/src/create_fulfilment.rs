//! `POST /orders/{id}/fulfilments`: goods of a paid order leave the house. An order may be sent in
//! parts; no more of a line can be sent than was ordered.

use domain::id::FulfilmentId;
use domain::order::{Shipment, Tracking, Units};
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{Event, FulfilmentFacts};
use store::once::Receipt;
use store::orders::{self, Orders};

use crate::fulfilment::{FulfilmentOfOrder, TrackingForm, UnitsForm};
use crate::goods::refused;
use crate::order::{OrderPath, actor};

/// Sends goods.
pub(crate) struct CreateFulfilment;

/// What is sent.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewFulfilment {
    /// Which lines, and how many units of each.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<UnitsForm>,
    /// Where it can be followed.
    tracking: Option<TrackingForm>,
}

impl Endpoint for CreateFulfilment {
    const ROUTE: Route = Route::post("/orders/{id}/fulfilments", "Send goods of an order")
        .auth(Auth::Staff(Permission::OrdersWrite))
        .versioned()
        .located()
        .errors(&[Code::InvalidState]);
    type Needs = (Orders<orders::Move>,);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = NewFulfilment;
    type Reply = FulfilmentOfOrder;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<FulfilmentOfOrder>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        // After the order was read: whoever finds these units sent by this very request also finds
        // its record.
        orders.recall(rq.once(), rq.now()).await?;
        rq.expects(order.version)?;
        let NewFulfilment { lines, tracking } = &rq.body;
        let id = FulfilmentId::new(rq.now(), rq.entropy());
        let shipment = Shipment {
            id,
            lines: lines.iter().cloned().map(Units::from).collect(),
            tracking: tracking.clone().map(Tracking::from),
        };
        let shipped = order
            .ship(shipment, actor(&rq.caller, &order), rq.now())
            .map_err(refused)?;
        let fulfilment = shipped.fulfilment(id).map_err(refused)?;
        let event = Event::OrderShipped(FulfilmentFacts::of(&shipped, fulfilment));
        let view = FulfilmentOfOrder::of(&shipped, id)?;
        let mut tx = orders.begin(&rq.stamp);
        orders.extend(&mut tx, &shipped, [event])?;
        orders.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(view.created())
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<FulfilmentOfOrder>, Failure> {
        Ok(receipt.read::<FulfilmentOfOrder>()?.created())
    }
}
