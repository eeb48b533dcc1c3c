//! `GET /orders/{id}/refunds/{refundId}`: one refund of an order, for its customer, the holder of its
//! token, or staff.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::refunded::{RefundOfOrder, RefundPath};

/// Reads one refund.
pub(crate) struct GetRefund;

impl Endpoint for GetRefund {
    const ROUTE: Route = Route::get("/orders/{id}/refunds/{refundId}", "Get a refund")
        .auth(Auth::Owner(Permission::OrdersRead))
        .caching(Caching::Revalidate);
    type Needs = (Orders<orders::Read>,);
    type Path = RefundPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = RefundOfOrder;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<RefundOfOrder>, Failure> {
        let order = orders.get(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersRead)?;
        Ok(RefundOfOrder::of(&order, rq.path.refund_id)?.reply())
    }
}
