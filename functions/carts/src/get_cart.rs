//! `GET /carts/{id}`: a cart at the prices of this moment, with what changed about it.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::availability::Availability;
use store::carts::{self, Carts};
use store::shelf::Shelf;

use crate::cart::{CartPath, CartView};
use crate::seen::Seen;

/// Reads one cart.
pub(crate) struct GetCart;

impl Endpoint for GetCart {
    const ROUTE: Route = Route::get("/carts/{id}", "Get a cart")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Carts<carts::Read>, Shelf, Availability);
    type Path = CartPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = CartView;

    async fn handle(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        let cart = carts
            .open_to(rq.caller.user(), rq.path.id, rq.now())
            .await?;
        let seen = Seen::of((shelf, availability), &cart, &rq.caller).await?;
        seen.reply(&cart, rq.now())
    }
}
