//! `PATCH /orders/{id}/returns/{returnId}`: staff approve or reject a return, put down what of it came
//! and what becomes of that, or close it when the rest never comes. Its customer may cancel it.
//!
//! What came is told together with the status: `partiallyReceived` with the lines that came, `received`
//! once nothing is outstanding. Each change names only what came with it; name the version in
//! `If-Match`, and a repetition of a lost request counts nothing twice. `received` without lines means
//! that all the rest came and goes back on the shelf.

use domain::id::LineId;
use domain::machine::Moves;
use domain::order::{Arrived, Disposition, MovedReturn, ReturnStatus, Units};
use domain::quantity::Quantity;
use domain::role::Permission;
use domain::stock::GoodsReceipt;
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::event::{Event, ReturnFacts};
use store::orders::{self, Orders};
use store::stock::{self, Stock};

use crate::goods::refused;
use crate::order::actor;
use crate::returned::{ReturnOfOrder, ReturnPath};

/// Moves a return.
pub(crate) struct ChangeReturn;

/// Where a return gets, and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ReturnDocument {
    status: ReturnStatus,
    /// What came with this change.
    #[serde(default)]
    #[schemars(length(max = 50))]
    lines: Vec<ArrivedForm>,
}

/// Units that came, and what becomes of them.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ArrivedUnits")]
pub(crate) struct ArrivedForm {
    /// Of which line.
    line_id: LineId,
    /// How many, 1 to 999.
    quantity: Quantity,
    disposition: Disposition,
}

impl Endpoint for ChangeReturn {
    const ROUTE: Route = Route::patch("/orders/{id}/returns/{returnId}", "Move a return on")
        .auth(Auth::Owner(Permission::OrdersWrite))
        .errors(&[Code::InvalidState, Code::PatchFailed, Code::Forbidden]);
    const MOVES: &'static [Moves] = &[Moves::all::<ReturnStatus>()];
    type Needs = (Orders<orders::Move>, Stock<stock::Expect>);
    type Path = ReturnPath;
    type Query = Nothing;
    type Body = ReturnDocument;
    type Reply = ReturnOfOrder;

    async fn document(
        (orders, _): &Self::Needs,
        path: &ReturnPath,
        caller: &Caller,
    ) -> Result<Document, Failure> {
        let order = orders.get_now(path.id).await?;
        caller.must_own(order.customer, order.id, Permission::OrdersWrite)?;
        let document = ReturnDocument {
            status: order.returned(path.return_id).map_err(refused)?.status,
            lines: Vec::new(),
        };
        Document::of(&document, order.version)
    }

    async fn handle(
        (orders, stock): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ReturnOfOrder>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersWrite)?;
        rq.expects(order.version)?;
        let ReturnDocument { status, lines } = rq.body.clone();
        if !rq.caller.may(Permission::OrdersWrite) && status != ReturnStatus::Cancelled {
            let line = "status: its customer may only make it cancelled";
            return Err(Failure::new(Code::Forbidden).error(line));
        }
        let id = rq.path.return_id;
        let arrived: Vec<Arrived> = lines.into_iter().map(Arrived::from).collect();
        let by = actor(&rq.caller, &order);
        let moved = order
            .move_return(id, status, &arrived, by, rq.now())
            .map_err(refused)?;
        let Some(MovedReturn { order, receipt }) = moved.moved() else {
            return Ok(ReturnOfOrder::of(&order, id)?.reply());
        };
        let facts = ReturnFacts::of(
            &order,
            order.returned(id).map_err(refused)?,
            receipt.as_ref(),
        );
        let news = match status {
            ReturnStatus::Approved => Some(Event::ReturnApproved(facts)),
            ReturnStatus::Rejected => Some(Event::ReturnRejected(facts)),
            ReturnStatus::PartiallyReceived | ReturnStatus::Received => {
                Some(Event::ReturnReceived(facts))
            }
            ReturnStatus::Requested | ReturnStatus::Cancelled | ReturnStatus::Closed => None,
        };
        let mut tx = orders.begin(&rq.stamp);
        orders.save(&mut tx, &order, news)?;
        if let Some(receipt) = receipt {
            let receipt = GoodsReceipt::of(&order, &receipt, rq.now());
            stock.expect(&mut tx, &receipt)?;
        }
        tx.commit().await?;
        Ok(ReturnOfOrder::of(&order, id)?.reply())
    }
}

impl From<ArrivedForm> for Arrived {
    fn from(form: ArrivedForm) -> Self {
        let ArrivedForm {
            line_id,
            quantity,
            disposition,
        } = form;
        Self {
            units: Units {
                line: line_id,
                quantity,
            },
            disposition,
        }
    }
}
