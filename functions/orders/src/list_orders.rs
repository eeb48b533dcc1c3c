//! `GET /orders`: a customer's own orders, newest first; staff see all.

use domain::role::Permission;
use edge::cursor::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::handle::Page;
use store::orders::{self, Orders};

use crate::order::OrderView;

/// Lists orders.
pub(crate) struct ListOrders;

impl Endpoint for ListOrders {
    const ROUTE: Route = Route::get("/orders", "List orders").auth(Auth::SignedIn);
    type Needs = (Orders<orders::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<OrderView>;

    async fn handle(
        (orders, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<OrderView>>, Failure> {
        let PageQuery { cursor, limit } = &rq.query;
        let customer = rq.caller.account()?.user;
        let all = rq.caller.may(Permission::OrdersRead);
        let whose = if all {
            "all".to_owned()
        } else {
            customer.to_string()
        };
        let cursors = seal.cursors(Self::ROUTE.path, whose);
        let after = cursors.open(cursor.as_deref())?;
        let Page { items, next } = if all {
            orders.all(after, limit.get()).await?
        } else {
            orders.of_customer(customer, after, limit.get()).await?
        };
        let views = items.into_iter().map(OrderView::from).collect();
        Ok(Reply::of(views).next(next.map(|position| cursors.at(&position))))
    }
}
