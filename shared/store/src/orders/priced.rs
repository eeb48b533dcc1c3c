//! How an order was priced, as it is stored: amounts are in the order's currency, which stands beside
//! them once.

use serde::{Deserialize, Serialize};

use domain::currency::Currency;
use domain::id::PromotionId;
use domain::money::Money;
use domain::order::Shipping;
use domain::pricing::promotion::CouponCode;
use domain::pricing::{Applied, AppliedTax, LineDiscount, Rate};
use domain::slug::Slug;
use domain::text::Title;

use crate::error::StoreError;

#[derive(Serialize, Deserialize)]
pub(super) struct DiscountItem {
    promotion: PromotionId,
    name: Title,
    amount: i64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TaxItem {
    name: Title,
    rate: Rate,
    amount: i64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ShippingItem {
    method: Slug,
    name: Title,
    taxes: Vec<TaxItem>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AppliedItem {
    promotion: PromotionId,
    name: Title,
    code: Option<CouponCode>,
    saved: i64,
}

impl From<LineDiscount> for DiscountItem {
    fn from(discount: LineDiscount) -> Self {
        let LineDiscount {
            promotion,
            name,
            amount,
        } = discount;
        Self {
            promotion,
            name,
            amount: amount.amount(),
        }
    }
}

impl DiscountItem {
    pub(super) fn into_discount(self, currency: Currency) -> Result<LineDiscount, StoreError> {
        let Self {
            promotion,
            name,
            amount,
        } = self;
        Ok(LineDiscount {
            promotion,
            name,
            amount: money(amount, currency)?,
        })
    }
}

impl From<AppliedTax> for TaxItem {
    fn from(tax: AppliedTax) -> Self {
        let AppliedTax { name, rate, amount } = tax;
        Self {
            name,
            rate,
            amount: amount.amount(),
        }
    }
}

pub(super) fn into_taxes(
    taxes: Vec<TaxItem>,
    currency: Currency,
) -> Result<Vec<AppliedTax>, StoreError> {
    taxes
        .into_iter()
        .map(|TaxItem { name, rate, amount }| {
            Ok(AppliedTax {
                name,
                rate,
                amount: money(amount, currency)?,
            })
        })
        .collect()
}

impl From<Shipping> for ShippingItem {
    fn from(shipping: Shipping) -> Self {
        let Shipping {
            method,
            name,
            taxes,
        } = shipping;
        Self {
            method,
            name,
            taxes: taxes.into_iter().map(TaxItem::from).collect(),
        }
    }
}

impl ShippingItem {
    pub(super) fn into_shipping(self, currency: Currency) -> Result<Shipping, StoreError> {
        let Self {
            method,
            name,
            taxes,
        } = self;
        Ok(Shipping {
            method,
            name,
            taxes: into_taxes(taxes, currency)?,
        })
    }
}

impl From<Applied> for AppliedItem {
    fn from(applied: Applied) -> Self {
        let Applied {
            promotion,
            name,
            code,
            saved,
        } = applied;
        Self {
            promotion,
            name,
            code,
            saved: saved.amount(),
        }
    }
}

impl AppliedItem {
    pub(super) fn into_applied(self, currency: Currency) -> Result<Applied, StoreError> {
        let Self {
            promotion,
            name,
            code,
            saved,
        } = self;
        Ok(Applied {
            promotion,
            name,
            code,
            saved: money(saved, currency)?,
        })
    }
}

pub(super) fn money(amount: i64, currency: Currency) -> Result<Money, StoreError> {
    Money::new(amount, currency).map_err(StoreError::corrupt)
}
