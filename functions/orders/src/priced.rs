//! How an order was priced, on the wire.

use domain::id::PromotionId;
use domain::money::Money;
use domain::order::Shipping;
use domain::pricing::promotion::CouponCode;
use domain::pricing::{Applied, AppliedTax, LineDiscount, Rate};
use domain::slug::Slug;
use domain::text::Title;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a promotion takes off a line.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LineDiscount")]
pub(crate) struct DiscountView {
    /// Which promotion.
    promotion_id: PromotionId,
    /// What it was called then.
    name: Title,
    /// How much.
    amount: Money,
}

/// A tax, as it was then.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AppliedTax")]
pub(crate) struct TaxView {
    /// What it is called.
    name: Title,
    /// How much it is, in parts per million.
    rate_ppm: Rate,
    /// What it comes to.
    amount: Money,
}

/// How an order is sent.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ChosenShipping")]
pub(crate) struct ShippingView {
    /// The way of sending, by its code.
    method: Slug,
    /// What it was called then.
    name: Title,
    /// Which taxes are on it, and how much each.
    #[schemars(length(max = 50))]
    taxes: Vec<TaxView>,
}

/// A promotion that made an order cheaper.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AppliedPromotion")]
pub(crate) struct PromotionView {
    /// Which promotion.
    promotion_id: PromotionId,
    /// What it was called then.
    name: Title,
    /// The code that the buyer gave for it.
    code: Option<CouponCode>,
    /// What it saved, shipping included.
    saved: Money,
}

impl From<LineDiscount> for DiscountView {
    fn from(discount: LineDiscount) -> Self {
        let LineDiscount {
            promotion,
            name,
            amount,
        } = discount;
        Self {
            promotion_id: promotion,
            name,
            amount,
        }
    }
}

impl From<AppliedTax> for TaxView {
    fn from(tax: AppliedTax) -> Self {
        let AppliedTax { name, rate, amount } = tax;
        Self {
            name,
            rate_ppm: rate,
            amount,
        }
    }
}

impl From<Shipping> for ShippingView {
    fn from(shipping: Shipping) -> Self {
        let Shipping {
            method,
            name,
            taxes,
        } = shipping;
        Self {
            method,
            name,
            taxes: taxes.into_iter().map(TaxView::from).collect(),
        }
    }
}

impl From<Applied> for PromotionView {
    fn from(applied: Applied) -> Self {
        let Applied {
            promotion,
            name,
            code,
            saved,
        } = applied;
        Self {
            promotion_id: promotion,
            name,
            code,
            saved,
        }
    }
}
