//! `POST /orders/{id}/returns`: a customer, or staff for them, asks to send goods back that have
//! arrived. Of each line as many units can come back as arrived, those of open returns counted.

use domain::id::ReturnId;
use domain::order::{ReturnRequest, Units};
use domain::role::Permission;
use domain::text::Reason;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::event::{Event, ReturnFacts};
use store::once::Receipt;
use store::orders::{self, Orders};

use crate::fulfilment::UnitsForm;
use crate::goods::refused;
use crate::order::{OrderPath, actor};
use crate::returned::ReturnOfOrder;

/// Asks for a return.
pub(crate) struct CreateReturn;

/// What is to come back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewReturn {
    /// Which lines, and how many units of each.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<UnitsForm>,
    /// Why.
    reason: Reason,
}

impl Endpoint for CreateReturn {
    const ROUTE: Route = Route::post("/orders/{id}/returns", "Ask to send goods back")
        .auth(Auth::Owner(Permission::OrdersWrite))
        .versioned()
        .located()
        .errors(&[Code::InvalidState]);
    type Needs = (Orders<orders::Move>,);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = NewReturn;
    type Reply = ReturnOfOrder;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ReturnOfOrder>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersWrite)?;
        // After the order was read: whoever finds these units claimed by this very request also finds
        // its record.
        orders.recall(rq.once(), rq.now()).await?;
        rq.expects(order.version)?;
        let NewReturn { lines, reason } = &rq.body;
        let id = ReturnId::new(rq.now(), rq.entropy());
        let request = ReturnRequest {
            id,
            lines: lines.iter().cloned().map(Units::from).collect(),
            reason: reason.clone(),
        };
        let requested = order
            .request_return(request, actor(&rq.caller, &order), rq.now())
            .map_err(refused)?;
        let new = requested.returned(id).map_err(refused)?;
        let event = Event::ReturnRequested(ReturnFacts::of(&requested, new, None));
        let view = ReturnOfOrder::of(&requested, id)?;
        let mut tx = orders.begin(&rq.stamp);
        orders.extend(&mut tx, &requested, [event])?;
        orders.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(view.created())
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<ReturnOfOrder>, Failure> {
        Ok(receipt.read::<ReturnOfOrder>()?.created())
    }
}
