//! `PUT /carts/{id}/items/{sku}`: so many of a SKU are in a cart. Whoever says how many has seen what
//! one costs: the price of this moment is accepted by it.

use domain::cart::Standing;
use domain::money::Money;
use domain::quantity::Quantity;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use store::availability::Availability;
use store::carts::{self, Carts};
use store::shelf::Shelf;

use crate::cart::{CartView, ItemPath, refused};
use crate::seen::Seen;

/// Puts something into a cart.
pub(crate) struct PutCartItem;

/// How many are wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewQuantity {
    /// How many, 1 to 999.
    quantity: Quantity,
}

impl Endpoint for PutCartItem {
    const ROUTE: Route = Route::put(
        "/carts/{id}/items/{sku}",
        "Set how many of a SKU are in a cart",
    )
    .auth(Auth::Anyone)
    .versioned()
    .errors(&[Code::OutOfStock]);
    type Needs = (Carts<carts::Edit>, Shelf, Availability);
    type Path = ItemPath;
    type Query = Nothing;
    type Body = NewQuantity;
    type Reply = CartView;

    async fn handle(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        let ItemPath { id, sku } = &rq.path;
        let quantity = rq.body.quantity;
        let old = carts.open_to(rq.caller.user(), *id, rq.now()).await?;
        rq.expects(old.version)?;
        // What it costs is found together with all else that is in the cart.
        let unpriced = old
            .put(sku, quantity, Money::zero(old.currency), rq.now())
            .map_err(refused)?;
        let seen = Seen::of((shelf, availability), &unpriced, &rq.caller).await?;
        let Standing { price, available } = seen.standing(&unpriced, sku);
        let price = price.ok_or_else(|| {
            let rule = format!("is not sold here in {}", unpriced.currency);
            Failure::rule("sku", rule)
        })?;
        if let Some(available) = available.filter(|available| *available < quantity.get()) {
            return Err(Failure::new(Code::OutOfStock)
                .error(format!("quantity: there are {available} of {sku}"))
                .detail(json!({
                    "sku": sku,
                    "requested": quantity,
                    "available": available,
                })));
        }
        let cart = old.put(sku, quantity, price, rq.now()).map_err(refused)?;
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &cart)?;
        tx.commit().await?;
        seen.reply(&cart, rq.now())
    }
}
