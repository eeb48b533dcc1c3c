//! Shipping: zones of the world, and what the ways of sending something there cost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tax::zone_faults;
use super::zone::{self, Destination, Territory};
use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::id::ShippingZoneId;
use crate::money::Money;
use crate::rule::Fault;
use crate::slug::Slug;
use crate::text::Title;

/// How many ways of sending a zone may have.
pub const MAX_METHODS: usize = 20;
/// How many currencies a way of sending may be priced in.
pub const MAX_RATES: usize = 50;
/// How many steps of weight a price may have.
pub const MAX_TIERS: usize = 50;

/// What sending costs up to a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeightTier {
    /// Up to and including how many grams.
    pub up_to_grams: u64,
    /// What it costs.
    pub price: Money,
}

/// How a price is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShippingPrice {
    /// Always the same.
    Flat(Money),
    /// By what all of it weighs, the lightest tier first; what is heavier than the last is not taken.
    ByWeight(Vec<WeightTier>),
}

/// What a way of sending costs in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingRate {
    /// In which currency.
    pub currency: Currency,
    /// How the price is found.
    pub price: ShippingPrice,
    /// Free for goods that come to this or more after discounts.
    pub free_above: Option<Money>,
}

/// A way of sending something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingMethod {
    /// What orders name it by, unique in its zone.
    pub code: Slug,
    /// What buyers read.
    pub name: Title,
    /// What it costs, once per currency.
    pub rates: Vec<ShippingRate>,
}

/// A part of the world, and how things are sent there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShippingZone {
    /// Names the zone.
    pub id: ShippingZoneId,
    /// What staff call it.
    pub name: Title,
    /// Where it is; everywhere that no other zone names, if empty.
    pub territories: Vec<Territory>,
    /// The ways of sending.
    pub methods: Vec<ShippingMethod>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

/// A way of sending that a basket can take, and what that costs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OfferedShippingMethod")]
pub struct OfferedMethod {
    /// What orders name it by.
    pub code: Slug,
    /// What buyers read.
    pub name: Title,
    /// What it costs, before promotions.
    pub price: Money,
}

impl ShippingZone {
    /// Every rule that the zone breaks, all at once; empty when it may stand.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = zone_faults(&self.territories);
        if !(1..=MAX_METHODS).contains(&self.methods.len()) {
            faults.push(Fault::new("methods", "must have 1 to 20 entries"));
        }
        for (index, method) in self.methods.iter().enumerate() {
            let earlier = self.methods.iter().take(index);
            if earlier.into_iter().any(|other| other.code == method.code) {
                let field = format!("methods[{index}].code");
                faults.push(Fault::new(field, "must be unique within the zone"));
            }
            method_faults(&format!("methods[{index}]"), method, &mut faults);
        }
        faults
    }
}

fn method_faults(at: &str, method: &ShippingMethod, faults: &mut Vec<Fault>) {
    if !(1..=MAX_RATES).contains(&method.rates.len()) {
        let field = format!("{at}.rates");
        faults.push(Fault::new(field, "must have 1 to 50 entries"));
    }
    for (index, rate) in method.rates.iter().enumerate() {
        let at = format!("{at}.rates[{index}]");
        let mut earlier = method.rates.iter().take(index);
        if earlier.any(|other| other.currency == rate.currency) {
            faults.push(Fault::new(&at, "must occur only once per currency"));
        }
        let fits = |price: &Money| price.currency() == rate.currency && !price.is_negative();
        if rate.free_above.is_some_and(|price| !fits(&price)) {
            let field = format!("{at}.freeAbove");
            faults.push(Fault::new(
                field,
                "must be in the rate's currency and not negative",
            ));
        }
        match &rate.price {
            ShippingPrice::Flat(price) => {
                if !fits(price) {
                    let field = format!("{at}.price");
                    faults.push(Fault::new(field, "must not be negative"));
                }
            }
            ShippingPrice::ByWeight(tiers) => tier_faults(&at, rate.currency, tiers, faults),
        }
    }
}

fn tier_faults(at: &str, currency: Currency, tiers: &[WeightTier], faults: &mut Vec<Fault>) {
    if !(1..=MAX_TIERS).contains(&tiers.len()) {
        let field = format!("{at}.weightTiers");
        faults.push(Fault::new(field, "must have 1 to 50 entries"));
    }
    let mut lightest = 0;
    for (index, tier) in tiers.iter().enumerate() {
        let at = format!("{at}.weightTiers[{index}]");
        if index > 0 && tier.up_to_grams <= lightest {
            let field = format!("{at}.upToGrams");
            faults.push(Fault::new(field, "must be above that of the tier before"));
        }
        lightest = tier.up_to_grams;
        if tier.price.currency() != currency || tier.price.is_negative() {
            let field = format!("{at}.price");
            faults.push(Fault::new(
                field,
                "must be in the currency of the first tier and not negative",
            ));
        }
    }
}

impl ShippingMethod {
    /// What it costs to send goods of this weight that come to `goods` after discounts; nothing if
    /// they cannot be sent in this way.
    #[must_use]
    pub fn price(&self, weight_grams: u64, goods: Money) -> Option<Money> {
        let rate = self
            .rates
            .iter()
            .find(|rate| rate.currency == goods.currency())?;
        let price = match &rate.price {
            ShippingPrice::Flat(price) => *price,
            ShippingPrice::ByWeight(tiers) => {
                tiers
                    .iter()
                    .find(|tier| weight_grams <= tier.up_to_grams)?
                    .price
            }
        };
        let free = rate
            .free_above
            .is_some_and(|least| goods.amount() >= least.amount());
        Some(if free {
            Money::zero(goods.currency())
        } else {
            price
        })
    }
}

/// The ways in which goods can be sent to a destination; nothing if the shop does not send there.
pub(super) fn offered(
    zones: &[ShippingZone],
    destination: &Destination,
    weight_grams: u64,
    goods: Money,
) -> Option<Vec<OfferedMethod>> {
    let zone = zone::nearest(zones, |zone| &zone.territories, destination)?;
    let methods = zone.methods.iter().filter_map(|method| {
        Some(OfferedMethod {
            code: method.code.clone(),
            name: method.name.clone(),
            price: method.price(weight_grams, goods)?,
        })
    });
    Some(methods.collect())
}

/// The cheapest of several ways of sending, the first of those that cost the same.
pub(super) fn cheapest(methods: &[OfferedMethod]) -> Option<&OfferedMethod> {
    methods.iter().min_by_key(|method| method.price.amount())
}
