//! `PUT /carts/{id}/shipping`: where a cart is to be sent, and how.

use domain::address::Address;
use domain::rule::Fault;
use domain::slug::Slug;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::availability::Availability;
use store::carts::{self, Carts};
use store::shelf::Shelf;

use crate::cart::{CartPath, CartView};
use crate::seen::Seen;

/// Says where a cart is to be sent.
pub(crate) struct PutCartShipping;

/// Where, and how.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewShipping {
    /// Where.
    address: Address,
    /// How; the cheapest way unless given.
    method: Option<Slug>,
}

impl Endpoint for PutCartShipping {
    const ROUTE: Route = Route::put("/carts/{id}/shipping", "Say where a cart is to be sent")
        .auth(Auth::Anyone)
        .versioned();
    type Needs = (Carts<carts::Edit>, Shelf, Availability);
    type Path = CartPath;
    type Query = Nothing;
    type Body = NewShipping;
    type Reply = CartView;

    async fn handle(
        (carts, shelf, availability): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CartView>, Failure> {
        let NewShipping { address, method } = &rq.body;
        let cart = carts
            .open_to(rq.caller.user(), rq.path.id, rq.now())
            .await?;
        rq.expects(cart.version)?;
        let cart = cart.sent(address.clone(), method.clone(), rq.now());
        let seen = Seen::of((shelf, availability), &cart, &rq.caller).await?;
        seen.quote(&cart, rq.now())
            .transpose()
            .map_err(|faults| Failure::rules(faults.into_iter().map(here)))?;
        let mut tx = carts.begin(&rq.stamp);
        carts.put(&mut tx, &cart)?;
        tx.commit().await?;
        seen.reply(&cart, rq.now())
    }
}

/// A fault of an order's request, at the field that it has in this one.
fn here(fault: Fault) -> Fault {
    let field = match fault.field.as_str() {
        "shippingAddress.country" => "address.country".to_owned(),
        "shippingMethod" => "method".to_owned(),
        other => other.to_owned(),
    };
    Fault { field, ..fault }
}
