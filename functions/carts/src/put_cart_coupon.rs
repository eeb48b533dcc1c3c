//! `PUT /carts/{id}/coupon`: a code that is to make a cart cheaper. One that cannot is refused with the
//! reason; one that a better offer beats is kept, in case that ends.

use domain::pricing::CouponOutcome;
use domain::pricing::promotion::CouponCode;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::availability::Availability;
use store::carts::{self, Carts};
use store::shelf::Shelf;

use crate::cart::{CartPath, CartView};
use crate::seen::{Seen, reason};

/// Gives a cart a code.
pub(crate) struct PutCartCoupon;

/// What was typed in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCoupon {
    /// The code, in small or capital letters.
    code: CouponCode,
}

impl Endpoint for PutCartCoupon {
    const ROUTE: Route = Route::put("/carts/{id}/coupon", "Give a cart a coupon code")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Edit>, Shelf, Availability);
    type Path = CartPath;
    type Query = Nothing;
    type Body = NewCoupon;
    type Reply = CartView;

    async fn handle(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        let cart = carts
            .open_to(rq.caller.user(), rq.path.id, rq.now())
            .await?;
        rq.expects(cart.version)?;
        let cart = cart.with_coupon(Some(rq.body.code.clone()), rq.now());
        let seen = Seen::of((shelf, availability), &cart, &rq.caller).await?;
        let quote = seen.quote(&cart, rq.now());
        let refused = match quote {
            Some(Ok(quote)) if quote.coupon == CouponOutcome::Beaten => None,
            Some(Ok(quote)) => reason(&quote.coupon),
            Some(Err(_)) | None => seen.missing_coupon(),
        };
        if let Some(reason) = refused {
            return Err(Failure::rule("code", reason));
        }
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &cart)?;
        tx.commit().await?;
        seen.reply(&cart, rq.now())
    }
}
