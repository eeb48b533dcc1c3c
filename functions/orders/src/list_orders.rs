//! `GET /orders`: a customer's own orders; staff see all. Both name the status, the span of placing and
//! the direction that they want, staff also the customer, in any combination.

use domain::clock::Timestamp;
use domain::id::UserId;
use domain::order::OrderStatus;
use domain::role::Permission;
use edge::paging::Paging;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::orders::{self, Orders, Wanted};

use crate::order::OrderView;

/// Lists orders.
pub(crate) struct ListOrders;

/// Which orders, in which direction, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrdersQuery {
    /// Only orders of this status.
    status: Option<OrderStatus>,
    /// Only orders of this customer. Customers see their own alone, named or not.
    #[schemars(example = "019bc0b1-51d0-7000-8000-000000200002")]
    customer_id: Option<UserId>,
    /// Only orders that were placed then or later.
    #[schemars(example = "2026-01-01T00:00:00Z")]
    created_from: Option<Timestamp>,
    /// Only orders that were placed before.
    #[schemars(example = "2026-02-01T00:00:00Z")]
    created_to: Option<Timestamp>,
    /// The newest first, `-createdAt`, unless told.
    sort: Option<Direction>,
    #[serde(flatten)]
    paging: Paging,
}

/// The direction of a list of orders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(rename = "OrderDirection")]
enum Direction {
    /// The oldest first.
    #[serde(rename = "createdAt")]
    OldestFirst,
    /// The newest first.
    #[default]
    #[serde(rename = "-createdAt")]
    NewestFirst,
}

impl Endpoint for ListOrders {
    const ROUTE: Route =
        Route::get("/orders", "List orders").auth(Auth::Mine(Permission::OrdersRead));
    type Needs = (Orders<orders::List>, Seal);
    type Path = Nothing;
    type Query = OrdersQuery;
    type Body = Nothing;
    type Reply = Vec<OrderView>;

    async fn handle(
        (orders, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<OrderView>>, Failure> {
        let wanted = wanted(rq)?;
        let direction = rq.query.sort.unwrap_or_default();
        let list = seal.list(Self::ROUTE.path, format!("{wanted:?} {direction:?}"));
        let bounds = list.bounds(&rq.query.paging)?;
        let newest_first = direction == Direction::NewestFirst;
        Ok(list.reply(orders.page(&wanted, newest_first, &bounds).await?))
    }
}

/// The orders that are asked for, as far as the caller may see them.
fn wanted(rq: &Rq<ListOrders>) -> Result<Wanted, Failure> {
    let OrdersQuery {
        status,
        customer_id,
        created_from,
        created_to,
        sort: _,
        paging: _,
    } = &rq.query;
    if let (Some(from), Some(to)) = (created_from, created_to)
        && to < from
    {
        let line = "createdTo: must not be before createdFrom";
        return Err(Failure::new(Code::InvalidRequest).error(line));
    }
    let customer = if rq.caller.may(Permission::OrdersRead) {
        *customer_id
    } else {
        let own = rq.caller.account()?.user;
        if customer_id.is_some_and(|named| named != own) {
            let line = "customerId: the orders of others are for staff";
            return Err(Failure::new(Code::Forbidden).error(line));
        }
        Some(own)
    };
    Ok(Wanted {
        customer,
        status: *status,
        from: *created_from,
        to: *created_to,
    })
}
