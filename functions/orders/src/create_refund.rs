//! `POST /orders/{id}/refunds`: staff give money back, for units of an order's lines or for any other
//! reason; all that is left of it, unless they say how much.
//!
//! The refund is put down on the order and on its payment in one transaction, so that however many are
//! wanted at once, they never come to more than was taken. The provider is asked for it in the
//! background; the order and the refund tell how far it has come.

use domain::id::RefundId;
use domain::money::Money;
use domain::order::{RefundRequest, Refunded, Refunding, Units};
use domain::role::Permission;
use domain::text::Reason;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::once::Receipt;
use store::orders::{self, Orders};
use store::payments::{self, Payments};

use crate::fulfilment::UnitsForm;
use crate::order::{OrderPath, actor};
use crate::refunded::{RefundOfOrder, refused};

/// Gives money back.
pub(crate) struct CreateRefund;

/// What is to be given back: an amount, or what some units cost; all that is left if neither is named.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewRefund {
    /// How much; not together with `lines`.
    amount: Option<Money>,
    /// For which lines, and how many units of each; not together with `amount`.
    #[schemars(length(min = 1, max = 25))]
    lines: Option<Vec<UnitsForm>>,
    /// Why, for the books.
    reason: Reason,
}

impl Endpoint for CreateRefund {
    const ROUTE: Route = Route::post("/orders/{id}/refunds", "Refund an order")
        .auth(Auth::Staff(Permission::OrdersWrite))
        .versioned()
        .located()
        .once()
        .errors(&[Code::InvalidState]);
    type Needs = (Orders<orders::Move>, Payments<payments::Refund>);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = NewRefund;
    type Reply = RefundOfOrder;

    async fn handle(
        (orders, payments): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<RefundOfOrder>, Failure> {
        let order = orders.get_now(rq.path.id).await?;
        // After the order was read: whoever finds this very refund in it also finds its record.
        orders.recall(rq.once(), rq.now()).await?;
        rq.expects(order.version)?;
        let request = RefundRequest {
            id: RefundId::new(rq.now(), rq.entropy()),
            what: rq.body.what()?,
            reason: rq.body.reason.clone(),
        };
        let Some(payment) = order.payment else {
            return Err(Failure::new(Code::InvalidState)
                .error("paymentStatus: the order has no payment")
                .detail(json!({ "from": order.payment_status })));
        };
        let payment = payments.get_now(payment).await?;
        let id = request.id;
        let Refunded { order, payment } = order
            .give_back(&payment, request, actor(&rq.caller, &order), rq.now())
            .map_err(refused)?;
        let view = RefundOfOrder::of(&order, id)?;
        let mut tx = orders.begin(&rq.stamp);
        orders.extend(&mut tx, &order, [])?;
        payments.want_refund(&mut tx, &payment, id)?;
        orders.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(view.created())
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<RefundOfOrder>, Failure> {
        Ok(receipt.read::<RefundOfOrder>()?.created())
    }
}

impl NewRefund {
    fn what(&self) -> Result<Refunding, Failure> {
        match (self.amount, &self.lines) {
            (None, None) => Ok(Refunding::Rest),
            (Some(amount), None) => Ok(Refunding::Amount(amount)),
            (None, Some(lines)) => {
                let units = lines.iter().cloned().map(Units::from);
                Ok(Refunding::Lines(units.collect()))
            }
            (Some(_), Some(_)) => {
                let rule = "cannot be named together with lines, which tell the amount";
                Err(Failure::rule("amount", rule))
            }
        }
    }
}
