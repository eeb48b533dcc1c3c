//! `GET /orders`: a customer's own orders, newest first; staff see all.

use domain::role::Permission;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::orders::{self, Orders};

use crate::order::OrderView;

/// Lists orders.
pub(crate) struct ListOrders;

impl Endpoint for ListOrders {
    const ROUTE: Route =
        Route::get("/orders", "List orders").auth(Auth::Mine(Permission::OrdersRead));
    type Needs = (Orders<orders::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<OrderView>;

    async fn handle(
        (orders, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<OrderView>>, Failure> {
        let customer = match rq.caller.may(Permission::OrdersRead) {
            true => None,
            false => Some(rq.caller.account()?.user),
        };
        let whose = customer.map_or_else(|| "all".to_owned(), |customer| customer.to_string());
        let list = seal.list(Self::ROUTE.path, whose);
        let bounds = list.bounds(&rq.query.paging)?;
        let page = match customer {
            None => orders.all(&bounds).await?,
            Some(customer) => orders.of_customer(customer, &bounds).await?,
        };
        Ok(list.reply(page))
    }
}
