//! `POST /price-previews`: what a basket comes to, line by line, and why. Nothing is created or held;
//! an order of the same content comes to the same, unless the shop changes its prices between the two.
//! A coupon that does not apply is told of rather than refused.

use domain::address::{AddressLine, PostalCode};
use domain::country::Country;
use domain::currency::Currency;
use domain::email::Email;
use domain::pricing::Destination;
use domain::pricing::promotion::CouponCode;
use domain::pricing::redemption::Buyer;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::PersonName;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::shelf::{Shelf, Terms, Want};
use store::shop::Shop;

use crate::quote::QuoteView;

/// Says what a basket comes to.
pub(crate) struct PreviewPrice;

/// What is wanted, and what else its price depends on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PreviewDraft {
    /// What, and how many of each.
    #[schemars(length(min = 1, max = 25))]
    items: Vec<WantedItem>,
    /// Where it would be sent; without it there is neither shipping nor tax yet.
    shipping_address: Option<PreviewAddress>,
    /// How it would be sent: the code of one of `shippingMethods`; the cheapest unless named.
    shipping_method: Option<Slug>,
    /// A coupon that may make it cheaper.
    coupon_code: Option<CouponCode>,
    /// The currency to pay in; the shop's own unless given.
    currency: Option<Currency>,
    /// Whose a guest's order would be; it tells whether their uses of the coupon are spent.
    email: Option<Email>,
}

/// How many of a SKU.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct WantedItem {
    /// What.
    sku: Sku,
    /// How many, 1 to 999.
    quantity: Quantity,
}

/// Where something would be sent: an address as orders have it, of which country and region matter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PreviewAddress {
    /// Who receives it.
    #[serde(rename = "name")]
    _name: Option<PersonName>,
    /// Street and number.
    #[serde(rename = "line1")]
    _line1: Option<AddressLine>,
    /// Whatever else the carrier must know.
    #[serde(rename = "line2")]
    _line2: Option<AddressLine>,
    /// Town.
    #[serde(rename = "city")]
    _city: Option<AddressLine>,
    /// State, province or county, where the country has them.
    region: Option<AddressLine>,
    /// Postal code.
    #[serde(rename = "postalCode")]
    _postal_code: Option<PostalCode>,
    /// Country.
    country: Country,
}

impl Endpoint for PreviewPrice {
    const ROUTE: Route = Route::post("/price-previews", "Preview a price")
        .auth(Auth::Anyone)
        .changes_nothing()
        .answers(200);
    type Needs = (Shelf, Shop);
    type Path = Nothing;
    type Query = Nothing;
    type Body = PreviewDraft;
    type Reply = QuoteView;

    async fn handle(
        (shelf, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<QuoteView>, Failure> {
        let PreviewDraft {
            items,
            shipping_address,
            shipping_method,
            coupon_code,
            currency,
            email,
        } = &rq.body;
        let wants = items.iter().map(|WantedItem { sku, quantity }| Want {
            sku: sku.clone(),
            quantity: *quantity,
        });
        let buyer = match rq.caller.user() {
            Some(user) => Some(Buyer::Account(user)),
            None => email.clone().map(Buyer::Guest),
        };
        let (coupon, buyer) = (coupon_code.as_ref(), buyer.as_ref());
        let (found, _) = shelf
            .look_up(shelf.reads(), wants.collect(), coupon, buyer)
            .await?;
        let terms = Terms {
            currency: currency.unwrap_or(shop.currency),
            destination: shipping_address.as_ref().map(PreviewAddress::destination),
            method: shipping_method.clone(),
            now: rq.now(),
        };
        let quote = found.quote(terms).map_err(Failure::rules)?;
        Ok(Reply::of(QuoteView::of(quote, coupon_code.as_ref())))
    }
}

impl PreviewAddress {
    fn destination(&self) -> Destination {
        Destination {
            country: self.country,
            region: self.region.clone(),
        }
    }
}
