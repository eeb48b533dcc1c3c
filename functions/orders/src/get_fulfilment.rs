//! `GET /orders/{id}/fulfilments/{fulfilmentId}`: one parcel of an order, for its customer, the holder
//! of its token, or staff.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::fulfilment::{FulfilmentOfOrder, FulfilmentPath};

/// Reads one fulfilment.
pub(crate) struct GetFulfilment;

impl Endpoint for GetFulfilment {
    const ROUTE: Route = Route::get(
        "/orders/{id}/fulfilments/{fulfilmentId}",
        "Get a fulfilment",
    )
    .auth(Auth::Owner(Permission::OrdersRead))
    .caching(Caching::Revalidate);
    type Needs = (Orders<orders::Read>,);
    type Path = FulfilmentPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = FulfilmentOfOrder;

    async fn handle(
        (orders,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<FulfilmentOfOrder>, Failure> {
        let order = orders.get(rq.path.id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::OrdersRead)?;
        Ok(FulfilmentOfOrder::of(&order, rq.path.fulfilment_id)?.reply())
    }
}
