//! A shipping zone on the wire.

use domain::clock::Timestamp;
use domain::id::ShippingZoneId;
use domain::money::{Money, Price};
use domain::pricing::Territory;
use domain::pricing::shipping::{
    ShippingMethod, ShippingPrice, ShippingRate, ShippingZone, WeightTier,
};
use domain::rule::Fault;
use domain::slug::Slug;
use domain::text::Title;
use edge::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::pricing::Kept;

use crate::faults::sound;

/// A part of the world, and how things are sent there.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ShippingZone")]
pub(crate) struct ShippingZoneView {
    /// The zone's id.
    pub(crate) id: ShippingZoneId,
    /// What staff call it.
    name: Title,
    /// Where it is; everywhere that no other zone names, if empty.
    #[schemars(length(max = 300))]
    territories: Vec<Territory>,
    /// The ways of sending.
    #[schemars(length(min = 1, max = 20))]
    methods: Vec<ShippingMethodView>,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was created.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
}

/// A way of sending something.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ShippingMethod")]
pub(crate) struct ShippingMethodView {
    /// What orders name it by, unique in its zone.
    code: Slug,
    /// What buyers read.
    name: Title,
    /// What it costs, once per currency. In other currencies it is not offered.
    #[schemars(length(min = 1, max = 50))]
    rates: Vec<ShippingRateView>,
}

/// What a way of sending costs in one currency: either always the same `price`, or by weight.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ShippingRate")]
pub(crate) struct ShippingRateView {
    /// What it costs, whatever is sent.
    #[schemars(with = "Option<Price>")]
    price: Option<Money>,
    /// What it costs by the weight of all that is sent, the lightest tier first. What is heavier than
    /// the last is not taken.
    #[schemars(length(min = 1, max = 50))]
    weight_tiers: Option<Vec<WeightTierView>>,
    /// Free for goods that come to this or more after discounts.
    #[schemars(with = "Option<Price>")]
    free_above: Option<Money>,
}

/// What sending costs up to a weight.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "WeightTier")]
pub(crate) struct WeightTierView {
    /// Up to and including how many grams.
    #[schemars(range(min = 0, max = 100_000_000_000_i64))]
    up_to_grams: u64,
    /// What it costs.
    #[schemars(with = "Price")]
    price: Money,
}

/// A shipping zone as staff write it: what is left out is cleared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ShippingZoneDraft {
    /// What staff call it, 1 to 100 characters.
    name: Title,
    /// Where it is; everywhere that no other zone names, unless given. A zone that names a region
    /// comes before one that names its country, and that before one that names nothing.
    #[schemars(length(max = 300))]
    territories: Option<Vec<Territory>>,
    /// The ways of sending.
    #[schemars(length(min = 1, max = 20))]
    methods: Vec<ShippingMethodView>,
}

/// The path of one shipping zone.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ShippingZonePath {
    /// The zone's id.
    pub(crate) id: ShippingZoneId,
}

impl ShippingZoneDraft {
    /// A new zone, or every rule that it would break.
    pub(crate) fn zone(&self, id: ShippingZoneId, now: Timestamp) -> Result<ShippingZone, Failure> {
        self.written(id, 1, now, now)
    }

    /// A zone written anew, or every rule that it would break.
    pub(crate) fn over(&self, old: &ShippingZone, now: Timestamp) -> Result<ShippingZone, Failure> {
        self.written(old.id, old.version + 1, old.created_at, now)
    }

    fn written(
        &self,
        id: ShippingZoneId,
        version: u64,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Result<ShippingZone, Failure> {
        let Self {
            name,
            territories,
            methods,
        } = self;
        let mut faults = Vec::new();
        let methods = methods.iter().enumerate().map(|(index, method)| {
            let ShippingMethodView { code, name, rates } = method;
            let rates = rates.iter().enumerate().filter_map(|(position, rate)| {
                let rate = rate.rate();
                if rate.is_none() {
                    let field = format!("methods[{index}].rates[{position}]");
                    faults.push(Fault::new(field, "must have either price or weightTiers"));
                }
                rate
            });
            ShippingMethod {
                code: code.clone(),
                name: name.clone(),
                rates: rates.collect(),
            }
        });
        let zone = ShippingZone {
            id,
            name: name.clone(),
            territories: territories.clone().unwrap_or_default(),
            methods: methods.collect(),
            version,
            created_at,
            updated_at,
        };
        if !faults.is_empty() {
            return Err(Failure::rules(faults));
        }
        let faults = zone.faults();
        sound(zone, faults)
    }
}

impl ShippingRateView {
    /// The rate, in the currency of its price or of its first tier.
    fn rate(&self) -> Option<ShippingRate> {
        let Self {
            price,
            weight_tiers,
            free_above,
        } = self;
        let (currency, price) = match (price, weight_tiers) {
            (Some(price), None) => (price.currency(), ShippingPrice::Flat(*price)),
            (None, Some(tiers)) => {
                let tiers = tiers.iter().map(|tier| {
                    let WeightTierView { up_to_grams, price } = tier;
                    WeightTier {
                        up_to_grams: *up_to_grams,
                        price: *price,
                    }
                });
                let tiers: Vec<WeightTier> = tiers.collect();
                let currency = tiers.first()?.price.currency();
                (currency, ShippingPrice::ByWeight(tiers))
            }
            (Some(_), Some(_)) | (None, None) => return None,
        };
        Some(ShippingRate {
            currency,
            price,
            free_above: *free_above,
        })
    }
}

impl From<Kept<ShippingZone>> for ShippingZoneView {
    fn from(kept: Kept<ShippingZone>) -> Self {
        let ShippingZone {
            id,
            name,
            territories,
            methods,
            version,
            created_at,
            updated_at,
        } = kept.entry;
        Self {
            id,
            name,
            territories,
            methods: methods.into_iter().map(ShippingMethodView::from).collect(),
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<ShippingMethod> for ShippingMethodView {
    fn from(method: ShippingMethod) -> Self {
        let ShippingMethod { code, name, rates } = method;
        Self {
            code,
            name,
            rates: rates.into_iter().map(ShippingRateView::from).collect(),
        }
    }
}

impl From<ShippingRate> for ShippingRateView {
    fn from(rate: ShippingRate) -> Self {
        let ShippingRate {
            currency: _,
            price,
            free_above,
        } = rate;
        let (price, weight_tiers) = match price {
            ShippingPrice::Flat(price) => (Some(price), None),
            ShippingPrice::ByWeight(tiers) => {
                let tiers = tiers.into_iter().map(|tier| {
                    let WeightTier { up_to_grams, price } = tier;
                    WeightTierView { up_to_grams, price }
                });
                (None, Some(tiers.collect()))
            }
        };
        Self {
            price,
            weight_tiers,
            free_above,
        }
    }
}
