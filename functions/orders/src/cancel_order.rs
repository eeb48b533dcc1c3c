//! `POST /orders/{id}/cancellations`: calls an order off, as long as nothing of it was sent. Its
//! stock is given back and what was paid is refunded in the background.

use domain::clock::Timestamp;
use domain::id::OrderId;
use domain::machine::Moves;
use domain::order::OrderStatus;
use domain::role::Permission;
use domain::text::Reason;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::event::{Event, OrderFacts};
use store::orders::{self, Orders};

use crate::order::{OrderPath, actor, refused};

/// Cancels an order.
pub(crate) struct CancelOrder;

/// Why an order is called off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCancellation {
    /// Why, in the customer's or staff's words.
    reason: Option<Reason>,
}

/// That an order was called off.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cancellation {
    /// The order that was called off.
    order_id: OrderId,
    /// The order's status.
    status: OrderStatus,
    /// Why; null if nobody says.
    reason: Option<Reason>,
    /// When.
    at: Timestamp,
}

impl Endpoint for CancelOrder {
    const ROUTE: Route = Route::post("/orders/{id}/cancellations", "Cancel an order")
        .auth(Auth::Owner(Permission::OrdersWrite))
        .versioned()
        .errors(&[Code::InvalidState]);
    const MOVES: &'static [Moves] = &[Moves::to::<OrderStatus>(OrderStatus::Cancelled.as_str())];
    type Needs = (Orders<orders::Move>,);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = NewCancellation;
    type Reply = Cancellation;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Cancellation>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersWrite)?;
        // After the order was read: whoever finds it cancelled by this very request also finds its
        // record.
        orders.recall(rq.once(), rq.now()).await?;
        rq.expects(order.version)?;
        let reason = rq.body.reason.as_ref();
        let words = reason.map(Reason::as_str);
        let moved = order
            .cancel(actor(&rq.caller, &order), words, rq.now())
            .map_err(refused)?;
        let cancellation = Cancellation {
            order_id: order.id,
            status: OrderStatus::Cancelled,
            reason: reason.cloned(),
            at: rq.now(),
        };
        if let Some(cancelled) = moved.moved() {
            let event = Event::OrderCancelled(OrderFacts::of(&cancelled, words));
            let mut tx = orders.begin(&rq.stamp);
            orders.save(&mut tx, &cancelled, Some(event))?;
            orders.remember(&mut tx, rq.once(), &cancellation)?;
            tx.commit().await?;
        }
        Ok(Reply::of(cancellation))
    }
}
