//! `GET /orders/{id}/returns/{returnId}`: one return of an order, for its customer, the holder of its
//! token, or staff.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::returned::{ReturnOfOrder, ReturnPath};

/// Reads one return.
pub(crate) struct GetReturn;

impl Endpoint for GetReturn {
    const ROUTE: Route = Route::get("/orders/{id}/returns/{returnId}", "Get a return")
        .auth(Auth::Owner(Permission::OrdersRead))
        .caching(Caching::Revalidate);
    type Needs = (Orders<orders::Read>,);
    type Path = ReturnPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ReturnOfOrder;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ReturnOfOrder>, Failure> {
        let order = orders.get(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersRead)?;
        Ok(ReturnOfOrder::of(&order, rq.path.return_id)?.reply())
    }
}
