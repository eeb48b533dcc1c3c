//! Promotions: what makes a basket cheaper, under which conditions, and how often.

use std::collections::BTreeSet;

use super::basket::Item;
use super::rate::Rate;
use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::id::{CategoryId, ProductId, PromotionId};
use crate::money::Money;
use crate::rule::{Broken, Fault};
use crate::text::Title;
use crate::value::{string_value, word_enum};

/// How many products and how many categories a promotion may name.
pub const MAX_SELECTED: usize = 100;
/// In how many currencies an amount of a promotion may be given.
pub const MAX_AMOUNTS: usize = 50;
/// The largest number of units that one group of a "buy X get Y" may have on either side.
pub const MAX_GROUP: u32 = 100;
/// The most uses that can be counted.
pub const MAX_USES: u32 = 1_000_000_000;

string_value! {
    /// What a buyer types in to get a promotion: `[A-Z0-9_-]{1,32}`. Small letters are taken for
    /// capital ones.
    pub struct CouponCode {
        format: "coupon-code",
        length: 1..=32,
        pattern: "^[A-Za-z0-9_-]+$",
        check: |text| {
            let fits = (1..=32).contains(&text.len())
                && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-".contains(&c));
            if fits {
                Ok(())
            } else {
                Err(Broken("must be 1 to 32 letters, digits, hyphens or underscores"))
            }
        },
    }
}

impl CouponCode {
    /// The code as it is looked up: `Spring` and `SPRING` are the same.
    #[must_use]
    pub fn canonical(&self) -> String {
        self.as_str().to_ascii_uppercase()
    }
}

/// Goods that a promotion is about; all goods, if it names none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// These products.
    pub products: BTreeSet<ProductId>,
    /// Everything in these categories and below them.
    pub categories: BTreeSet<CategoryId>,
}

impl Selection {
    /// Whether an item is among the goods.
    #[must_use]
    pub fn holds(&self, item: &Item) -> bool {
        self.is_all()
            || self.products.contains(&item.product)
            || !self.categories.is_disjoint(&item.categories)
    }

    /// Whether it is all goods.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.products.is_empty() && self.categories.is_empty()
    }
}

/// What a promotion does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Takes a share off the goods.
    PercentOff {
        /// Which share.
        rate: Rate,
    },
    /// Takes an amount off the goods, though never more than they cost.
    AmountOff {
        /// How much, once per currency.
        amounts: Vec<Money>,
    },
    /// Sends for nothing.
    FreeShipping,
    /// Of every `buy + get` units of the goods, takes a share off `get`, the cheapest ones first.
    BuyXGetY {
        /// Units at their full price.
        buy: u32,
        /// Units that become cheaper.
        get: u32,
        /// By how much they do.
        rate: Rate,
    },
}

word_enum! {
    /// What a promotion does, in a word.
    pub enum EffectKind {
        /// A share off the goods.
        PercentOff => "percentOff",
        /// An amount off the goods.
        AmountOff => "amountOff",
        /// Shipping for nothing.
        FreeShipping => "freeShipping",
        /// Some units cheaper for every so many bought.
        BuyXGetY => "buyXGetY",
    }
}

impl Effect {
    /// What it does, in a word.
    #[must_use]
    pub const fn kind(&self) -> EffectKind {
        match self {
            Self::PercentOff { .. } => EffectKind::PercentOff,
            Self::AmountOff { .. } => EffectKind::AmountOff,
            Self::FreeShipping => EffectKind::FreeShipping,
            Self::BuyXGetY { .. } => EffectKind::BuyXGetY,
        }
    }

    /// In which order several are worked out: units first, which count at their full price, then
    /// shares of what is left, then amounts.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::BuyXGetY { .. } => 0,
            Self::PercentOff { .. } => 1,
            Self::AmountOff { .. } => 2,
            Self::FreeShipping => 3,
        }
    }
}

/// When a promotion applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The goods that the promotion is about must come to this or more, once per currency; in a
    /// currency that is not named it does not apply. No bound, if empty.
    pub minimum: Vec<Money>,
    /// From when on.
    pub starts_at: Option<Timestamp>,
    /// Until when.
    pub ends_at: Option<Timestamp>,
}

/// How often a promotion can be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub uses: Option<u32>,
    /// By one customer: an account, or a guest's email address.
    pub uses_per_customer: Option<u32>,
}

/// Something that makes baskets cheaper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promotion {
    /// Names the promotion.
    pub id: PromotionId,
    /// What buyers read.
    pub name: Title,
    /// What a buyer types in to get it; without one everybody gets it.
    pub code: Option<CouponCode>,
    /// Whether it applies at all.
    pub active: bool,
    /// What it does.
    pub effect: Effect,
    /// The goods that it is about.
    pub on: Selection,
    /// When it applies.
    pub conditions: Conditions,
    /// Whether it applies together with others that do.
    pub combines: bool,
    /// How often it can be used; for those with a code.
    pub limits: Limits,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

/// Why a promotion does not apply to a basket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// It is switched off.
    Inactive,
    /// It has not begun.
    NotYet,
    /// It is over.
    Over,
    /// None of the goods that it is about are in the basket.
    NothingSelected,
    /// The goods that it is about come to less than they must.
    BelowMinimum(Money),
    /// It says nothing of the basket's currency.
    OtherCurrency,
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inactive | Self::Over => f.write_str("is no longer valid"),
            Self::NotYet => f.write_str("is not valid yet"),
            Self::NothingSelected => f.write_str("is not for anything in the basket"),
            Self::BelowMinimum(minimum) => write!(f, "is for goods of {minimum} or more"),
            Self::OtherCurrency => f.write_str("is not for this currency"),
        }
    }
}

impl Promotion {
    /// Every rule that the promotion breaks, all at once; empty when it may stand.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let selected = [
            ("products", self.on.products.len()),
            ("categories", self.on.categories.len()),
        ];
        for (field, count) in selected {
            if count > MAX_SELECTED {
                faults.push(Fault::new(field, "must have at most 100 entries"));
            }
        }
        match &self.effect {
            Effect::PercentOff { rate } => {
                if rate.ppm() == 0 {
                    faults.push(Fault::new("effect.ratePpm", "must be above 0"));
                }
            }
            Effect::AmountOff { amounts } => {
                amount_faults("effect.amounts", 1, amounts, &mut faults);
            }
            Effect::FreeShipping => {}
            Effect::BuyXGetY { buy, get, rate } => {
                for (field, units) in [("effect.buy", buy), ("effect.get", get)] {
                    if !(1..=MAX_GROUP).contains(units) {
                        faults.push(Fault::new(field, "must be 1 to 100"));
                    }
                }
                if rate.ppm() == 0 {
                    faults.push(Fault::new("effect.ratePpm", "must be above 0"));
                }
            }
        }
        amount_faults("minimum", 0, &self.conditions.minimum, &mut faults);
        if let (Some(start), Some(end)) = (self.conditions.starts_at, self.conditions.ends_at)
            && end <= start
        {
            faults.push(Fault::new("endsAt", "must be after startsAt"));
        }
        let limits = [
            ("limits.uses", self.limits.uses),
            ("limits.usesPerCustomer", self.limits.uses_per_customer),
        ];
        for (field, limit) in limits {
            let Some(limit) = limit else { continue };
            if self.code.is_none() {
                faults.push(Fault::new(field, "needs a code"));
            }
            if !(1..=MAX_USES).contains(&limit) {
                faults.push(Fault::new(field, "must be 1 to 1000000000"));
            }
        }
        faults
    }

    /// Whether it applies to items at an instant, and why not.
    pub(super) fn applies(
        &self,
        items: &[Item],
        currency: Currency,
        now: Timestamp,
    ) -> Result<(), Unmet> {
        let Conditions {
            minimum,
            starts_at,
            ends_at,
        } = &self.conditions;
        if !self.active {
            return Err(Unmet::Inactive);
        }
        if starts_at.is_some_and(|start| now < start) {
            return Err(Unmet::NotYet);
        }
        if ends_at.is_some_and(|end| now >= end) {
            return Err(Unmet::Over);
        }
        let mut selected = items.iter().filter(|item| self.on.holds(item)).peekable();
        if selected.peek().is_none() {
            return Err(Unmet::NothingSelected);
        }
        if !minimum.is_empty() {
            let least = in_currency(minimum, currency).ok_or(Unmet::OtherCurrency)?;
            let goods: i128 = selected
                .map(|item| i128::from(item.unit_price.amount()) * i128::from(item.quantity.get()))
                .sum();
            if goods < i128::from(least.amount()) {
                return Err(Unmet::BelowMinimum(least));
            }
        }
        if let Effect::AmountOff { amounts } = &self.effect
            && in_currency(amounts, currency).is_none()
        {
            return Err(Unmet::OtherCurrency);
        }
        Ok(())
    }
}

/// The amount of several that is in a currency.
pub(super) fn in_currency(amounts: &[Money], currency: Currency) -> Option<Money> {
    amounts
        .iter()
        .copied()
        .find(|amount| amount.currency() == currency)
}

fn amount_faults(at: &str, least: usize, amounts: &[Money], faults: &mut Vec<Fault>) {
    if !(least..=MAX_AMOUNTS).contains(&amounts.len()) {
        faults.push(Fault::new(at, format!("must have {least} to 50 entries")));
    }
    for (index, amount) in amounts.iter().enumerate() {
        if amount.is_negative() || amount.is_zero() {
            let field = format!("{at}[{index}].amount");
            faults.push(Fault::new(field, "must be above 0"));
        }
        let mut earlier = amounts.iter().take(index);
        if earlier.any(|other| other.currency() == amount.currency()) {
            let field = format!("{at}[{index}].currency");
            faults.push(Fault::new(field, "must occur only once"));
        }
    }
}
