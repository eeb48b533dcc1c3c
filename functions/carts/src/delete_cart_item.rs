//! `DELETE /carts/{id}/items/{sku}`: a SKU is taken out of a cart.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::carts::{self, Carts};

use crate::cart::{ItemPath, refused};

/// Takes something out of a cart.
pub(crate) struct DeleteCartItem;

impl Endpoint for DeleteCartItem {
    const ROUTE: Route = Route::delete("/carts/{id}/items/{sku}", "Take a SKU out of a cart")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Edit>,);
    type Path = ItemPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((carts,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let ItemPath { id, sku } = &rq.path;
        let cart = carts.open_to(rq.caller.user(), *id, rq.now()).await?;
        rq.expects(cart.version)?;
        let cart = cart.take_out(sku, rq.now()).map_err(refused)?;
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &cart)?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
