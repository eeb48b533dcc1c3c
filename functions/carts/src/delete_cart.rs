//! `DELETE /carts/{id}`: a cart is thrown away.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::carts::{self, Carts};

use crate::cart::CartPath;

/// Throws a cart away.
pub(crate) struct DeleteCart;

impl Endpoint for DeleteCart {
    const ROUTE: Route = Route::delete("/carts/{id}", "Delete a cart")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Discard>,);
    type Path = CartPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((carts,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let cart = carts
            .open_to(rq.caller.user(), rq.path.id, rq.now())
            .await?;
        rq.expects(cart.version)?;
        let mut tx = carts.begin(&rq.stamp);
        carts.discard(&mut tx, &cart);
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
