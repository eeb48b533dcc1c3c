//! `DELETE /carts/{id}/coupon`: a cart without a code.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::carts::{self, Carts};

use crate::cart::CartPath;

/// Takes a cart's code away.
pub(crate) struct DeleteCartCoupon;

impl Endpoint for DeleteCartCoupon {
    const ROUTE: Route = Route::delete("/carts/{id}/coupon", "Take a cart's coupon code away")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Edit>,);
    type Path = CartPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((carts,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let cart = carts
            .open_to(rq.caller.user(), rq.path.id, rq.now())
            .await?;
        rq.expects(cart.version)?;
        if cart.coupon.is_some() {
            let mut tx = carts.begin(&rq.stamp);
            carts.put(&mut tx, &cart.with_coupon(None, rq.now()))?;
            tx.commit().await?;
        }
        Ok(Reply::nothing())
    }
}
