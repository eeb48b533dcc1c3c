//! A cart on the wire.

use std::collections::BTreeMap;

use domain::address::Address;
use domain::cart::{Cart, CartError, Change};
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{CartId, UserId};
use domain::money::Money;
use domain::pricing::promotion::CouponCode;
use domain::pricing::shipping::OfferedMethod;
use domain::pricing::{Applied, Sums};
use domain::product::Options;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{OptionName, OptionValue, Title};
use edge::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A cart, priced as the shop's prices, stock and promotions are at this moment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Cart")]
pub(crate) struct CartView {
    /// The cart's id. A guest's cart is open to whoever knows it.
    pub(crate) id: CartId,
    /// Whose it is; null for a guest's.
    pub(crate) customer_id: Option<UserId>,
    /// The currency of its prices.
    pub(crate) currency: Currency,
    /// What is in it, in the order in which it was put in.
    #[schemars(length(max = 25))]
    pub(crate) items: Vec<ItemView>,
    /// The code that was typed in; null if none was.
    pub(crate) coupon: Option<CouponView>,
    /// The promotions that make it cheaper.
    #[schemars(length(max = 101))]
    pub(crate) promotions: Vec<Applied>,
    /// Where it is to be sent; null until that is known.
    pub(crate) shipping_address: Option<Address>,
    /// How it is sent; null until an address is known, or where the shop asks for no way of sending.
    pub(crate) shipping_method: Option<Slug>,
    /// The ways in which it can be sent.
    #[schemars(length(max = 20))]
    pub(crate) shipping_methods: Vec<OfferedMethod>,
    /// What keeps it from being ordered as it is, other than what changed about its items.
    #[schemars(
        length(max = 10),
        inner(length(max = 300), regex(pattern = r"^[^\u0000-\u001f]*$"))
    )]
    pub(crate) problems: Vec<String>,
    /// What it comes to. Without an address there is neither shipping in it nor tax on top of prices.
    pub(crate) totals: Sums,
    /// When it is forgotten, unless somebody changes it before.
    pub(crate) expires_at: Timestamp,
    /// Counts the changes, from 1; the ETag begins with it.
    pub(crate) version: u64,
}

/// An item of a cart.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartItem")]
pub(crate) struct ItemView {
    /// What is wanted.
    pub(crate) sku: Sku,
    /// What it is called; null if it is not sold any more.
    pub(crate) name: Option<Title>,
    /// What tells it from the product's other variants.
    #[schemars(with = "Options")]
    pub(crate) options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub(crate) quantity: Quantity,
    /// What one costs now, or did when it was still sold.
    pub(crate) unit_price: Money,
    /// What promotions take off the line.
    pub(crate) discount: Money,
    /// What the line costs now, after discounts; nothing if it is not sold any more.
    pub(crate) total: Money,
    /// What changed since the buyer said how many they want. Saying it again accepts the price.
    #[schemars(length(max = 2))]
    pub(crate) changes: Vec<ChangeView>,
}

/// What changed about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartChange")]
pub(crate) struct ChangeView {
    /// What it is.
    #[serde(rename = "type")]
    kind: ChangeKind,
    /// What one cost, where the price changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    from: Option<Money>,
    /// What one costs, where the price changed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    to: Option<Money>,
    /// How many are in the cart, where there is not enough.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    requested: Option<u32>,
    /// How many there are, where there is not enough.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    available: Option<u32>,
}

/// What can change about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartChangeKind")]
pub(crate) enum ChangeKind {
    /// It costs something else.
    PriceChanged,
    /// There is not enough of it.
    NotEnough,
    /// It is not sold any more.
    Unavailable,
}

/// A code that was typed in, and what became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CartCoupon")]
pub(crate) struct CouponView {
    /// The code.
    pub(crate) code: CouponCode,
    /// Whether it makes the cart cheaper.
    pub(crate) applied: bool,
    /// Why it does not.
    #[schemars(length(max = 200), regex(pattern = r"^[^\u0000-\u001f]*$"))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) reason: Option<String>,
}

impl CartView {
    /// A cart with nothing in it.
    pub(crate) fn empty(cart: &Cart) -> Self {
        Self {
            id: cart.id,
            customer_id: cart.owner,
            currency: cart.currency,
            items: Vec::new(),
            coupon: None,
            promotions: Vec::new(),
            shipping_address: None,
            shipping_method: None,
            shipping_methods: Vec::new(),
            problems: Vec::new(),
            totals: Sums::nothing(cart.currency),
            expires_at: cart.expires_at,
            version: cart.version,
        }
    }
}

impl From<Change> for ChangeView {
    fn from(change: Change) -> Self {
        let nothing = Self {
            kind: ChangeKind::Unavailable,
            from: None,
            to: None,
            requested: None,
            available: None,
        };
        match change {
            Change::Unavailable => nothing,
            Change::PriceChanged { from, to } => Self {
                kind: ChangeKind::PriceChanged,
                from: Some(from),
                to: Some(to),
                ..nothing
            },
            Change::NotEnough {
                requested,
                available,
            } => Self {
                kind: ChangeKind::NotEnough,
                requested: Some(requested),
                available: Some(available),
                ..nothing
            },
        }
    }
}

/// The path of one cart.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CartPath {
    /// The cart's id.
    pub(crate) id: CartId,
}

/// The path of one item of a cart.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ItemPath {
    /// The cart's id.
    pub(crate) id: CartId,
    /// The item's SKU.
    pub(crate) sku: Sku,
}

/// A rule of the domain that a cart breaks, on the wire.
pub(crate) fn refused(error: CartError) -> Failure {
    match error {
        CartError::Full => Failure::rule("items", error),
        CartError::NotInIt => Failure::new(edge::Code::NotFound),
        CartError::OtherCurrency { .. } => Failure::rule("cartId", error),
    }
}
