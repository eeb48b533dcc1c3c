//! Where something goes, and which of several zones that is in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressLine};
use crate::country::Country;

/// How many territories a zone may name.
pub const MAX_TERRITORIES: usize = 300;

/// A country, or one region of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Territory {
    /// Which country.
    pub country: Country,
    /// Only this state, province or county of it, as addresses spell it; case does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<AddressLine>,
}

/// Where something goes, as far as prices depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Which country.
    pub country: Country,
    /// Which region of it.
    pub region: Option<AddressLine>,
}

impl From<&Address> for Destination {
    fn from(address: &Address) -> Self {
        Self {
            country: address.country,
            region: address.region.clone(),
        }
    }
}

/// How closely a zone describes a destination; the closest is greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It names no territory: it is the rest of the world.
    Anywhere,
    Country,
    Region,
}

fn fit(territories: &[Territory], destination: &Destination) -> Option<Fit> {
    if territories.is_empty() {
        return Some(Fit::Anywhere);
    }
    territories
        .iter()
        .filter(|territory| territory.country == destination.country)
        .filter_map(|territory| match (&territory.region, &destination.region) {
            (None, _) => Some(Fit::Country),
            (Some(named), Some(region)) => {
                let same = named.as_str().to_lowercase() == region.as_str().to_lowercase();
                same.then_some(Fit::Region)
            }
            (Some(_), None) => None,
        })
        .max()
}

/// The zone that a destination is in: one that names its region before one that names its country
/// before one that names nothing; the first of several that fit as well.
pub(super) fn nearest<'a, Z>(
    zones: &'a [Z],
    territories: impl Fn(&Z) -> &[Territory],
    destination: &Destination,
) -> Option<&'a Z> {
    let mut best: Option<(Fit, &Z)> = None;
    for zone in zones {
        if let Some(fit) = fit(territories(zone), destination)
            && best.is_none_or(|(so_far, _)| fit > so_far)
        {
            best = Some((fit, zone));
        }
    }
    best.map(|(_, zone)| zone)
}
