//! A quote: what a basket comes to, and why.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basket::{Basket, Coupon, Item, Tariff, Wishes};
use super::discount::{self, Applied, Discounted, LineDiscount};
use super::promotion::{Promotion, Unmet};
use super::shipping::{self, OfferedMethod};
use super::tax::{self, AppliedTax, Taxable};
use crate::currency::Currency;
use crate::money::{Money, MoneyError};
use crate::quantity::Quantity;
use crate::sku::Sku;
use crate::slug::Slug;
use crate::text::{OptionName, OptionValue, Title};

/// One line of a quote. `total` is what the line costs: units at their price, less discount, and
/// plus tax where prices do not contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteLine {
    /// What is wanted.
    pub sku: Sku,
    /// What it is called.
    pub name: Title,
    /// Which form of it.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    pub quantity: Quantity,
    /// What one costs.
    pub unit_price: Money,
    /// What promotions take off the line.
    pub discount: Money,
    /// Which ones, and how much each.
    pub discounts: Vec<LineDiscount>,
    /// Tax on the line.
    pub tax: Money,
    /// Which taxes, and how much each.
    pub taxes: Vec<AppliedTax>,
    /// What the line costs.
    pub total: Money,
}

/// How a basket is sent, and for how much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedShipping {
    /// What orders name it by.
    pub method: Slug,
    /// What buyers read.
    pub name: Title,
    /// What it costs, before promotions.
    pub price: Money,
    /// What promotions take off it.
    pub discount: Money,
    /// Which taxes are on it, and how much each.
    pub taxes: Vec<AppliedTax>,
}

/// What a basket comes to. Always
/// `total = items - discount + shipping`, and `+ tax` unless prices contain it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceTotals")]
pub struct Sums {
    /// Units at their prices.
    pub items: Money,
    /// What promotions take off the goods.
    pub discount: Money,
    /// What sending costs, after promotions.
    pub shipping: Money,
    /// Tax on the goods and on shipping.
    pub tax: Money,
    /// The part of it that is on shipping.
    pub shipping_tax: Money,
    /// Whether prices contain the tax.
    pub tax_included: bool,
    /// What is to be paid.
    pub total: Money,
}

/// What became of the code that a buyer typed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CouponOutcome {
    /// There was none.
    None,
    /// It applies.
    Applied,
    /// There is no such code.
    Unknown,
    /// It was used as often as it may be.
    UsedUp,
    /// Its conditions are not met.
    Unmet(Unmet),
    /// It does not combine with what saves more.
    Beaten,
}

/// What a basket comes to, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The one currency of all its amounts.
    pub currency: Currency,
    /// Its lines, in the basket's order.
    pub lines: Vec<QuoteLine>,
    /// How it is sent; nothing where that is not known yet or nothing is asked for it.
    pub shipping: Option<QuotedShipping>,
    /// The ways in which it can be sent.
    pub methods: Vec<OfferedMethod>,
    /// The promotions that apply.
    pub promotions: Vec<Applied>,
    /// What became of the coupon.
    pub coupon: CouponOutcome,
    /// The sums.
    pub sums: Sums,
}

/// Why a basket has no price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuoteError {
    /// The shop does not send there.
    NotDelivered,
    /// The shop does not send these goods there: they are too heavy, or it has no price for it in this
    /// currency.
    NoMethod,
    /// That way of sending is not offered for these goods there.
    UnknownMethod {
        /// Those that are.
        offered: Vec<Slug>,
    },
    /// The sums do not add up.
    Money(MoneyError),
}

impl Sums {
    /// What nothing comes to.
    #[must_use]
    pub const fn nothing(currency: Currency) -> Self {
        let nothing = Money::zero(currency);
        Self {
            items: nothing,
            discount: nothing,
            shipping: nothing,
            tax: nothing,
            shipping_tax: nothing,
            tax_included: false,
            total: nothing,
        }
    }
}

impl fmt::Display for QuoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDelivered => f.write_str("the shop does not deliver there"),
            Self::NoMethod => f.write_str("these goods cannot be sent there"),
            Self::UnknownMethod { offered } => {
                let offered: Vec<&str> = offered.iter().map(Slug::as_str).collect();
                write!(f, "must be one of {}", offered.join(", "))
            }
            Self::Money(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for QuoteError {}

impl From<MoneyError> for QuoteError {
    fn from(error: MoneyError) -> Self {
        Self::Money(error)
    }
}

/// A set of promotions worked out as far as shipping.
struct Candidate<'a> {
    stack: Vec<&'a Promotion>,
    goods: Discounted,
    methods: Vec<OfferedMethod>,
    shipping: Option<QuotedShipping>,
    /// What is to be paid, but for tax.
    net: Money,
}

impl Quote {
    /// Prices a basket.
    pub fn of(basket: &Basket, wishes: &Wishes, tariff: &Tariff) -> Result<Self, QuoteError> {
        let (applying, outcome) = applying(basket, wishes, tariff);
        let mut best: Option<Candidate<'_>> = None;
        for stack in discount::stacks(&applying) {
            let candidate = candidate(basket, wishes, tariff, stack)?;
            // The first of several that come to the same stays.
            let better = best
                .as_ref()
                .is_none_or(|best| candidate.net.amount() < best.net.amount());
            if better {
                best = Some(candidate);
            }
        }
        // There is always the set of those that combine, if only an empty one.
        let best = best.ok_or(QuoteError::NoMethod)?;
        finished(basket, wishes, tariff, best, outcome)
    }
}

/// The promotions that apply, and what keeps the coupon from it.
fn applying<'a>(
    basket: &Basket,
    wishes: &'a Wishes,
    tariff: &'a Tariff,
) -> (Vec<&'a Promotion>, CouponOutcome) {
    let applies =
        |promotion: &Promotion| promotion.applies(&basket.items, basket.currency, wishes.now);
    let mut applying: Vec<&Promotion> = tariff
        .promotions
        .iter()
        .filter(|promotion| promotion.code.is_none() && applies(promotion).is_ok())
        .collect();
    let outcome = match &wishes.coupon {
        None => CouponOutcome::None,
        Some(Coupon {
            promotion: None, ..
        }) => CouponOutcome::Unknown,
        Some(Coupon { used_up: true, .. }) => CouponOutcome::UsedUp,
        Some(Coupon {
            promotion: Some(promotion),
            ..
        }) => match applies(promotion) {
            Err(unmet) => CouponOutcome::Unmet(unmet),
            Ok(()) => {
                applying.push(promotion);
                CouponOutcome::Applied
            }
        },
    };
    (applying, outcome)
}

fn candidate<'a>(
    basket: &Basket,
    wishes: &Wishes,
    tariff: &Tariff,
    stack: Vec<&'a Promotion>,
) -> Result<Candidate<'a>, QuoteError> {
    let goods = discount::discounted(basket, &stack)?;
    let left = goods.goods(Money::zero(basket.currency))?;
    let (methods, shipping) = shipped(basket, wishes, tariff, &goods, left)?;
    let net = match &shipping {
        Some(shipping) => left.add(shipping.price)?.sub(shipping.discount)?,
        None => left,
    };
    Ok(Candidate {
        stack,
        goods,
        methods,
        shipping,
        net,
    })
}

/// How the basket is sent, and how else it could be.
fn shipped(
    basket: &Basket,
    wishes: &Wishes,
    tariff: &Tariff,
    goods: &Discounted,
    left: Money,
) -> Result<(Vec<OfferedMethod>, Option<QuotedShipping>), QuoteError> {
    let Some(destination) = &wishes.destination else {
        return Ok((Vec::new(), None));
    };
    if tariff.shipping_zones.is_empty() {
        return match wishes.method {
            None => Ok((Vec::new(), None)),
            Some(_) => Err(QuoteError::UnknownMethod {
                offered: Vec::new(),
            }),
        };
    }
    let weight_grams = basket.weight_grams();
    let methods = shipping::offered(&tariff.shipping_zones, destination, weight_grams, left)
        .ok_or(QuoteError::NotDelivered)?;
    let chosen = match &wishes.method {
        None => shipping::cheapest(&methods).ok_or(QuoteError::NoMethod)?,
        Some(code) => methods
            .iter()
            .find(|method| method.code == *code)
            .ok_or_else(|| QuoteError::UnknownMethod {
                offered: methods.iter().map(|method| method.code.clone()).collect(),
            })?,
    };
    let discount = match goods.ships_free {
        Some(_) => chosen.price,
        None => Money::zero(basket.currency),
    };
    let quoted = QuotedShipping {
        method: chosen.code.clone(),
        name: chosen.name.clone(),
        price: chosen.price,
        discount,
        taxes: Vec::new(),
    };
    Ok((methods, Some(quoted)))
}

fn finished(
    basket: &Basket,
    wishes: &Wishes,
    tariff: &Tariff,
    best: Candidate<'_>,
    outcome: CouponOutcome,
) -> Result<Quote, QuoteError> {
    let nothing = Money::zero(basket.currency);
    let Candidate {
        stack,
        goods,
        methods,
        shipping,
        net,
    } = best;
    let charged = match &shipping {
        Some(shipping) => shipping.price.sub(shipping.discount)?,
        None => nothing,
    };
    let zone = wishes
        .destination
        .as_ref()
        .and_then(|destination| tax::zone_of(&tariff.tax_zones, destination));
    let tax_included = zone.is_some_and(|zone| zone.prices_include_tax);
    let mut taxes = match zone {
        None => vec![Vec::new(); basket.items.len() + 1],
        Some(zone) => {
            let parts: Vec<Taxable<'_>> = basket
                .items
                .iter()
                .zip(&goods.left)
                .map(|(item, left)| Taxable {
                    category: Some(&item.tax_category),
                    amount: *left,
                })
                .chain(std::iter::once(Taxable {
                    category: zone.shipping_category.as_ref(),
                    amount: charged,
                }))
                .collect();
            tax::taxes(zone, &parts)?
        }
    };
    let shipping_taxes = taxes.pop().unwrap_or_default();
    let shipping_tax = tax::sum(nothing, &shipping_taxes)?;
    let promotions = applied(&stack, &goods, shipping.as_ref(), nothing)?;
    let lines = basket
        .items
        .iter()
        .zip(goods.lines)
        .zip(taxes)
        .map(|((item, discounts), taxes)| line(item, discounts, taxes, tax_included))
        .collect::<Result<Vec<QuoteLine>, MoneyError>>()?;

    let currency = basket.currency;
    let mut items = nothing;
    for item in &basket.items {
        items = items.add(item.gross()?)?;
    }
    let tax = Money::sum(currency, lines.iter().map(|line| line.tax))?.add(shipping_tax)?;
    let sums = Sums {
        items,
        discount: Money::sum(currency, lines.iter().map(|line| line.discount))?,
        shipping: charged,
        tax,
        shipping_tax,
        tax_included,
        total: if tax_included { net } else { net.add(tax)? },
    };
    let asked_for = wishes
        .coupon
        .as_ref()
        .and_then(|coupon| coupon.promotion.as_ref());
    let coupon = match (outcome, asked_for) {
        (CouponOutcome::Applied, Some(asked))
            if !stack.iter().any(|promotion| promotion.id == asked.id) =>
        {
            CouponOutcome::Beaten
        }
        (outcome, _) => outcome,
    };
    Ok(Quote {
        currency,
        lines,
        shipping: shipping.map(|shipping| QuotedShipping {
            taxes: shipping_taxes,
            ..shipping
        }),
        methods,
        promotions,
        coupon,
        sums,
    })
}

fn line(
    item: &Item,
    discounts: Vec<LineDiscount>,
    taxes: Vec<AppliedTax>,
    tax_included: bool,
) -> Result<QuoteLine, MoneyError> {
    let gross = item.gross()?;
    let currency = gross.currency();
    let discount = Money::sum(currency, discounts.iter().map(|discount| discount.amount))?;
    let tax = tax::sum(gross, &taxes)?;
    let left = gross.sub(discount)?;
    Ok(QuoteLine {
        sku: item.sku.clone(),
        name: item.name.clone(),
        options: item.options.clone(),
        quantity: item.quantity,
        unit_price: item.unit_price,
        discount,
        discounts,
        tax,
        taxes,
        total: if tax_included { left } else { left.add(tax)? },
    })
}

/// What each promotion of the set saves.
fn applied(
    stack: &[&Promotion],
    goods: &Discounted,
    shipping: Option<&QuotedShipping>,
    nothing: Money,
) -> Result<Vec<Applied>, MoneyError> {
    stack
        .iter()
        .map(|promotion| {
            let off = goods
                .lines
                .iter()
                .flatten()
                .filter(|discount| discount.promotion == promotion.id)
                .map(|discount| discount.amount);
            let freed = shipping
                .filter(|_| goods.ships_free == Some(promotion.id))
                .map(|shipping| shipping.discount);
            Ok(Applied {
                promotion: promotion.id,
                name: promotion.name.clone(),
                code: promotion.code.clone(),
                saved: Money::sum(nothing.currency(), off.chain(freed))?,
            })
        })
        .collect()
}
