//! `POST /carts/{id}/merges`: all that is in another cart joins this one, and the other is gone.

use domain::id::CartId;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::availability::Availability;
use store::carts::{self, Carts};
use store::once::Receipt;
use store::shelf::Shelf;

use crate::cart::{CartPath, CartView, refused};
use crate::seen::Seen;

/// Makes one cart of two.
pub(crate) struct MergeCarts;

/// What joins.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewMerge {
    /// The other cart.
    cart_id: CartId,
}

/// What a merge's reply is rebuilt from: the cart itself holds all else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Merged {
    cart_id: CartId,
}

impl Endpoint for MergeCarts {
    const ROUTE: Route = Route::post("/carts/{id}/merges", "Merge another cart into a cart")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Merge>, Shelf, Availability);
    type Path = CartPath;
    type Query = Nothing;
    type Body = NewMerge;
    type Reply = CartView;

    async fn handle(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        let other = rq.body.cart_id;
        if other == rq.path.id {
            return Err(Failure::rule("cartId", "must be another cart"));
        }
        let user = rq.caller.user();
        let cart = carts.open_to(user, rq.path.id, rq.now()).await?;
        let once = rq.once_for(&cart.id.to_string());
        // After the cart was read: whoever finds the other one gone by this very request also finds its
        // record.
        carts.recall(once.as_ref(), rq.now()).await?;
        rq.expects(cart.version)?;
        let other = carts.open_to(user, other, rq.now()).await?;
        let merged = cart.merged(&other, rq.now()).map_err(refused)?;
        let seen = Seen::of((shelf, availability), &merged, &rq.caller).await?;
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &merged)?;
        carts.discard(&mut tx, &other);
        let receipt = Merged { cart_id: merged.id };
        carts.remember(&mut tx, once.as_ref(), &receipt)?;
        tx.commit().await?;
        seen.reply(&merged, rq.now())
    }

    async fn replay(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<CartView>, Failure> {
        let Merged { cart_id } = receipt.read()?;
        let cart = carts.open_to(rq.caller.user(), cart_id, rq.now()).await?;
        let seen = Seen::of((shelf, availability), &cart, &rq.caller).await?;
        seen.reply(&cart, rq.now())
    }
}
