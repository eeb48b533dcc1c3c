//! `POST /carts`: an empty cart. A signed-in customer's is theirs alone; a guest's is open to whoever
//! holds its id.

use domain::cart::Cart;
use domain::currency::Currency;
use domain::id::CartId;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::carts::{self, Carts};
use store::once::Receipt;
use store::shop::Shop;

use crate::cart::CartView;

/// Makes a cart.
pub(crate) struct CreateCart;

/// A cart to be.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCart {
    /// The currency of its prices; the shop's own unless given.
    currency: Option<Currency>,
}

impl Endpoint for CreateCart {
    const ROUTE: Route = Route::post("/carts", "Make a cart")
        .auth(Auth::Anyone)
        .located();
    type Needs = (Carts<carts::Edit>, Shop);
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewCart;
    type Reply = CartView;

    async fn handle(
        (carts, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        // Guests are told apart by where they are, and by keys that nobody else can guess.
        let once = rq.once_for(rq.address());
        carts.recall(once.as_ref(), rq.now()).await?;
        let currency = rq.body.currency.unwrap_or(shop.currency);
        let id = CartId::new(rq.now(), rq.entropy());
        let cart = Cart::new(id, rq.caller.user(), currency, rq.now());
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &cart)?;
        let view = CartView::empty(&cart);
        carts.remember(&mut tx, once.as_ref(), &view)?;
        tx.commit().await?;
        Ok(created(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<CartView>, Failure> {
        Ok(created(receipt.read()?))
    }
}

fn created(view: CartView) -> Reply<CartView> {
    let path = format!("/carts/{}", view.id);
    Reply::of(view).version(1).location(path)
}
