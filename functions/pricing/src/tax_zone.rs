//! A tax zone on the wire.

use domain::clock::Timestamp;
use domain::id::TaxZoneId;
use domain::pricing::tax::{TaxRate, TaxZone};
use domain::pricing::{Rate, Territory};
use domain::text::{TaxCategory, Title};
use edge::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::pricing::Kept;

use crate::faults::sound;

/// A part of the world that taxes in one way.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TaxZone")]
pub(crate) struct TaxZoneView {
    /// The zone's id.
    pub(crate) id: TaxZoneId,
    /// What staff call it.
    name: Title,
    /// Where it is; everywhere that no other zone names, if empty.
    #[schemars(length(max = 300))]
    territories: Vec<Territory>,
    /// Whether prices contain the tax already, rather than having it put on top.
    prices_include_tax: bool,
    /// What is put on which goods. Goods that no rate names are not taxed; several rates on the same
    /// goods add up.
    #[schemars(length(max = 50))]
    rates: Vec<TaxRateView>,
    /// Shipping is taxed as these goods are; not at all, if null.
    shipping_category: Option<TaxCategory>,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was created.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
}

/// A rate that a zone puts on one kind of goods.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TaxRate")]
pub(crate) struct TaxRateView {
    /// On which goods: the `taxCategory` of variants.
    category: TaxCategory,
    /// What the tax is called, such as `VAT`.
    name: Title,
    /// How much it is.
    rate_ppm: Rate,
}

/// A tax zone as staff write it: what is left out is cleared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TaxZoneDraft {
    /// What staff call it, 1 to 100 characters.
    name: Title,
    /// Where it is; everywhere that no other zone names, unless given. A zone that names a region
    /// comes before one that names its country, and that before one that names nothing.
    #[schemars(length(max = 300))]
    territories: Option<Vec<Territory>>,
    /// Whether prices contain the tax already, rather than having it put on top.
    prices_include_tax: bool,
    /// What is put on which goods.
    #[schemars(length(max = 50))]
    rates: Option<Vec<TaxRateView>>,
    /// Shipping is taxed as these goods are; not at all unless given.
    shipping_category: Option<TaxCategory>,
}

/// The path of one tax zone.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct TaxZonePath {
    /// The zone's id.
    pub(crate) id: TaxZoneId,
}

impl TaxZoneDraft {
    /// A new zone, or every rule that it would break.
    pub(crate) fn zone(&self, id: TaxZoneId, now: Timestamp) -> Result<TaxZone, Failure> {
        self.written(id, 1, now, now)
    }

    /// A zone written anew, or every rule that it would break.
    pub(crate) fn over(&self, old: &TaxZone, now: Timestamp) -> Result<TaxZone, Failure> {
        self.written(old.id, old.version + 1, old.created_at, now)
    }

    fn written(
        &self,
        id: TaxZoneId,
        version: u64,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Result<TaxZone, Failure> {
        let Self {
            name,
            territories,
            prices_include_tax,
            rates,
            shipping_category,
        } = self;
        let rates = rates.iter().flatten().map(|rate| {
            let TaxRateView {
                category,
                name,
                rate_ppm,
            } = rate;
            TaxRate {
                category: category.clone(),
                name: name.clone(),
                rate: *rate_ppm,
            }
        });
        let zone = TaxZone {
            id,
            name: name.clone(),
            territories: territories.clone().unwrap_or_default(),
            prices_include_tax: *prices_include_tax,
            rates: rates.collect(),
            shipping_category: shipping_category.clone(),
            version,
            created_at,
            updated_at,
        };
        let faults = zone.faults();
        sound(zone, faults)
    }
}

impl From<Kept<TaxZone>> for TaxZoneView {
    fn from(kept: Kept<TaxZone>) -> Self {
        let TaxZone {
            id,
            name,
            territories,
            prices_include_tax,
            rates,
            shipping_category,
            version,
            created_at,
            updated_at,
        } = kept.entry;
        Self {
            id,
            name,
            territories,
            prices_include_tax,
            rates: rates.into_iter().map(TaxRateView::from).collect(),
            shipping_category,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<TaxRate> for TaxRateView {
    fn from(rate: TaxRate) -> Self {
        let TaxRate {
            category,
            name,
            rate,
        } = rate;
        Self {
            category,
            name,
            rate_ppm: rate,
        }
    }
}
