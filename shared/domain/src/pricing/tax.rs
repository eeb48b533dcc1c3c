//! Tax: zones of the world, and the rates that they put on each kind of goods.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rate::{self, Rate};
use super::zone::{self, Destination, Territory};
use crate::clock::Timestamp;
use crate::id::TaxZoneId;
use crate::money::{Money, MoneyError};
use crate::rule::Fault;
use crate::text::{TaxCategory, Title};

/// How many rates a zone may have.
pub const MAX_RATES: usize = 50;

/// A rate that a zone puts on one kind of goods. Several rates on one kind add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// On which goods.
    pub category: TaxCategory,
    /// What the tax is called, such as `VAT`.
    pub name: Title,
    /// How much it is.
    pub rate: Rate,
}

/// A part of the world that taxes in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxZone {
    /// Names the zone.
    pub id: TaxZoneId,
    /// What staff call it.
    pub name: Title,
    /// Where it is; everywhere that no other zone names, if empty.
    pub territories: Vec<Territory>,
    /// Prices contain the tax already, rather than having it put on top.
    pub prices_include_tax: bool,
    /// What is put on which goods. Goods that no rate names are not taxed.
    pub rates: Vec<TaxRate>,
    /// Shipping is taxed as these goods are; not at all unless one is named.
    pub shipping_category: Option<TaxCategory>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

impl TaxZone {
    /// Every rule that the zone breaks, all at once; empty when it may stand.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = zone_faults(&self.territories);
        if self.rates.len() > MAX_RATES {
            faults.push(Fault::new("rates", "must have at most 50 entries"));
        }
        for (index, rate) in self.rates.iter().enumerate() {
            let again =
                |earlier: &&TaxRate| earlier.category == rate.category && earlier.name == rate.name;
            if self.rates.iter().take(index).any(|earlier| again(&earlier)) {
                let field = format!("rates[{index}].name");
                faults.push(Fault::new(field, "must be unique within its category"));
            }
        }
        faults
    }
}

/// Every rule that the territories of a zone break.
pub(super) fn zone_faults(territories: &[Territory]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if territories.len() > zone::MAX_TERRITORIES {
        faults.push(Fault::new("territories", "must have at most 300 entries"));
    }
    for (index, territory) in territories.iter().enumerate() {
        if territories
            .iter()
            .take(index)
            .any(|other| other == territory)
        {
            let field = format!("territories[{index}]");
            faults.push(Fault::new(field, "must occur only once"));
        }
    }
    faults
}

/// A tax on a line or on shipping, as it was when it was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AppliedTax {
    /// What it is called.
    pub name: Title,
    /// How much it is, in parts per million.
    #[serde(rename = "ratePpm")]
    pub rate: Rate,
    /// What it comes to.
    pub amount: Money,
}

/// Something to be taxed: what is left of a line after discounts, or shipping.
pub(super) struct Taxable<'a> {
    pub(super) category: Option<&'a TaxCategory>,
    pub(super) amount: Money,
}

/// The zone of a destination.
pub(super) fn zone_of<'a>(zones: &'a [TaxZone], destination: &Destination) -> Option<&'a TaxZone> {
    zone::nearest(zones, |zone| &zone.territories, destination)
}

/// The taxes on each of `parts`.
///
/// What has the same rates is taxed as one sum, as an invoice states it, and the tax is then spread
/// over the parts of that sum.
pub(super) fn taxes(
    zone: &TaxZone,
    parts: &[Taxable<'_>],
) -> Result<Vec<Vec<AppliedTax>>, MoneyError> {
    let mut groups: BTreeMap<&TaxCategory, Vec<usize>> = BTreeMap::new();
    for (index, part) in parts.iter().enumerate() {
        if let Some(category) = part.category {
            groups.entry(category).or_default().push(index);
        }
    }
    let mut taxes = vec![Vec::new(); parts.len()];
    for (category, members) in groups {
        let rates: Vec<&TaxRate> = zone
            .rates
            .iter()
            .filter(|rate| rate.category == *category)
            .collect();
        let members: Vec<(usize, Money)> = members
            .into_iter()
            .filter_map(|index| parts.get(index).map(|part| (index, part.amount)))
            .collect();
        for (index, tax) in shares(zone, &rates, &members)? {
            if let Some(slot) = taxes.get_mut(index) {
                *slot = tax;
            }
        }
    }
    Ok(taxes)
}

fn shares(
    zone: &TaxZone,
    rates: &[&TaxRate],
    members: &[(usize, Money)],
) -> Result<Vec<(usize, Vec<AppliedTax>)>, MoneyError> {
    let Some((_, first)) = members.first() else {
        return Ok(Vec::new());
    };
    let base = Money::sum(first.currency(), members.iter().map(|(_, amount)| *amount))?;
    let together_ppm: u64 = rates.iter().map(|rate| u64::from(rate.rate.ppm())).sum();
    if together_ppm == 0 || base.is_zero() {
        return Ok(Vec::new());
    }
    let tax = if zone.prices_include_tax {
        rate::contained(together_ppm, base)?
    } else {
        rate::on_top(together_ppm, base)?
    };
    let by_amount: Vec<u64> = members
        .iter()
        .map(|(_, amount)| amount.amount().unsigned_abs())
        .collect();
    let by_rate: Vec<u64> = rates.iter().map(|rate| rate.rate.ppm().into()).collect();
    members
        .iter()
        .zip(tax.split(&by_amount)?)
        .map(|((index, _), of_member)| {
            let parts = of_member.split(&by_rate)?;
            let applied = rates.iter().zip(parts).map(|(rate, amount)| AppliedTax {
                name: rate.name.clone(),
                rate: rate.rate,
                amount,
            });
            Ok((*index, applied.collect()))
        })
        .collect()
}

/// What several taxes come to.
pub(super) fn sum(nothing: Money, taxes: &[AppliedTax]) -> Result<Money, MoneyError> {
    Money::sum(nothing.currency(), taxes.iter().map(|tax| tax.amount))
}
