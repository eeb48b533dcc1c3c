//! `GET /carts`: a customer's own carts, newest first, without their prices.

use domain::cart::Cart;
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::CartId;
use edge::paging::PageQuery;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::carts::{self, Carts};

/// Lists carts.
pub(crate) struct ListCarts;

/// A cart, without its prices.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartSummary")]
pub(crate) struct CartSummary {
    /// The cart's id.
    id: CartId,
    /// The currency of its prices.
    currency: Currency,
    /// How many units are in it.
    units: u32,
    /// When it is forgotten, unless somebody changes it before.
    expires_at: Timestamp,
    /// Counts the changes, from 1.
    version: u64,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last changed.
    updated_at: Timestamp,
}

impl Endpoint for ListCarts {
    const ROUTE: Route = Route::get("/carts", "List my carts").auth(Auth::SignedIn);
    type Needs = (Carts<carts::List>, Seal);
    type Path = Nothing;
    type Query = PageQuery;
    type Body = Nothing;
    type Reply = Vec<CartSummary>;

    async fn handle(
        (carts, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<CartSummary>>, Failure> {
        let customer = rq.caller.account()?.user;
        let list = seal.list(Self::ROUTE.path, customer);
        let bounds = list.bounds(&rq.query.paging)?;
        let page = carts.of(customer, &bounds, rq.now()).await?;
        Ok(list.reply(page))
    }
}

impl From<Cart> for CartSummary {
    fn from(cart: Cart) -> Self {
        let units = cart.items.iter().map(|item| item.quantity.get()).sum();
        Self {
            id: cart.id,
            currency: cart.currency,
            units,
            expires_at: cart.expires_at,
            version: cart.version,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
        }
    }
}
