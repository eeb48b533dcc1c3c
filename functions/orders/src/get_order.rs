//! `GET /orders/{id}`: one order, for its customer, the holder of its token, or staff.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::order::{OrderPath, OrderView};

/// Reads one order.
pub(crate) struct GetOrder;

impl Endpoint for GetOrder {
    const ROUTE: Route = Route::get("/orders/{id}", "Get an order")
        .auth(Auth::Owner(Permission::OrdersRead))
        .caching(Caching::Revalidate);
    type Needs = (Orders<orders::Read>,);
    type Path = OrderPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = OrderView;

    async fn handle((orders,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<OrderView>, Failure> {
        let order = orders.get(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersRead)?;
        let version = order.version;
        Ok(Reply::of(order.into()).version(version))
    }
}
