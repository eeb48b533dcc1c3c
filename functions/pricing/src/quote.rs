//! What a basket comes to, on the wire: every amount, and where it comes from.

use std::collections::BTreeMap;

use domain::currency::Currency;
use domain::money::Money;
use domain::pricing::promotion::CouponCode;
use domain::pricing::shipping::OfferedMethod;
use domain::pricing::{
    Applied, AppliedTax, CouponOutcome, LineDiscount, Quote, QuoteLine, QuotedShipping, Sums,
};
use domain::product::Options;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{OptionName, OptionValue, Title};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a basket comes to, and why.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PricePreview")]
pub(crate) struct QuoteView {
    /// What all of it is in.
    currency: Currency,
    /// What is wanted, each SKU once.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<QuoteLineView>,
    /// How it is sent; null where that is not known yet, or nothing is asked for it.
    shipping: Option<QuotedShippingView>,
    /// The ways in which it can be sent.
    #[schemars(length(max = 20))]
    shipping_methods: Vec<OfferedMethod>,
    /// The promotions that apply.
    #[schemars(length(max = 101))]
    promotions: Vec<Applied>,
    /// What became of the coupon; null without one.
    coupon: Option<CouponView>,
    /// The sums.
    totals: Sums,
}

/// What a line comes to.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PreviewLine")]
pub(crate) struct QuoteLineView {
    /// What is wanted.
    sku: Sku,
    /// What it is called.
    name: Title,
    /// What tells it from the product's other variants.
    #[schemars(with = "Options")]
    options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    quantity: Quantity,
    /// What one unit costs.
    unit_price: Money,
    /// What is taken off the line.
    discount: Money,
    /// By which promotions, and how much each.
    #[schemars(length(max = 101))]
    discounts: Vec<LineDiscount>,
    /// The tax on it.
    tax: Money,
    /// Which taxes, and how much each.
    #[schemars(length(max = 50))]
    taxes: Vec<AppliedTax>,
    /// What the line costs in all: units at their price, less discount, and plus tax unless prices
    /// contain it.
    total: Money,
}

/// How the basket is sent, and for how much.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PreviewShipping")]
pub(crate) struct QuotedShippingView {
    /// What orders name it by.
    method: Slug,
    /// What buyers read.
    name: Title,
    /// What it costs, before promotions.
    price: Money,
    /// What promotions take off it.
    discount: Money,
    /// The tax on it.
    tax: Money,
    /// Which taxes, and how much each.
    #[schemars(length(max = 50))]
    taxes: Vec<AppliedTax>,
}

/// What became of a coupon.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) enum CouponStatus {
    /// It applies.
    Applied,
    /// There is no such code.
    Unknown,
    /// It was used as often as it may be, in all or by this customer.
    UsedUp,
    /// Its conditions are not met; `reason` says which.
    Unmet,
    /// It does not combine with what makes the basket cheaper still.
    Beaten,
}

/// A coupon, and what became of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PreviewCoupon")]
pub(crate) struct CouponView {
    /// What was typed in.
    code: CouponCode,
    /// What became of it.
    status: CouponStatus,
    /// Why its conditions are not met, to follow its name.
    #[schemars(length(max = 200), regex(pattern = r"^[^\u0000-\u001f]*$"))]
    reason: Option<String>,
}

impl QuoteView {
    /// A quote, for whoever gave this coupon.
    pub(crate) fn of(quote: Quote, code: Option<&CouponCode>) -> Self {
        let Quote {
            currency,
            lines,
            shipping,
            methods,
            promotions,
            coupon,
            sums,
        } = quote;
        let tax = sums.shipping_tax;
        Self {
            currency,
            lines: lines.into_iter().map(QuoteLineView::from).collect(),
            shipping: shipping.map(|shipping| QuotedShippingView::of(shipping, tax)),
            shipping_methods: methods,
            promotions,
            coupon: code.and_then(|code| CouponView::of(code, &coupon)),
            totals: sums,
        }
    }
}

impl CouponView {
    fn of(code: &CouponCode, outcome: &CouponOutcome) -> Option<Self> {
        let (status, reason) = match outcome {
            CouponOutcome::None => return None,
            CouponOutcome::Applied => (CouponStatus::Applied, None),
            CouponOutcome::Unknown => (CouponStatus::Unknown, None),
            CouponOutcome::UsedUp => (CouponStatus::UsedUp, None),
            CouponOutcome::Unmet(unmet) => (CouponStatus::Unmet, Some(unmet.to_string())),
            CouponOutcome::Beaten => (CouponStatus::Beaten, None),
        };
        Some(Self {
            code: code.clone(),
            status,
            reason,
        })
    }
}

impl From<QuoteLine> for QuoteLineView {
    fn from(line: QuoteLine) -> Self {
        let QuoteLine {
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            discounts,
            tax,
            taxes,
            total,
        } = line;
        Self {
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            discounts,
            tax,
            taxes,
            total,
        }
    }
}

impl QuotedShippingView {
    fn of(shipping: QuotedShipping, tax: Money) -> Self {
        let QuotedShipping {
            method,
            name,
            price,
            discount,
            taxes,
        } = shipping;
        Self {
            method,
            name,
            price,
            discount,
            tax,
            taxes,
        }
    }
}
