//! How zones and promotions are stored. Amounts that share a currency stand without it.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{CategoryId, ProductId, PromotionId, ShippingZoneId, TaxZoneId};
use domain::money::Money;
use domain::pricing::promotion::{
    Conditions, CouponCode, Effect, EffectKind, Limits, Promotion, Selection,
};
use domain::pricing::shipping::{
    ShippingMethod, ShippingPrice, ShippingRate, ShippingZone, WeightTier,
};
use domain::pricing::tax::{TaxRate, TaxZone};
use domain::pricing::{Rate, Territory};
use domain::slug::Slug;
use domain::text::{TaxCategory, Title};

use crate::error::StoreError;

/// A stored tax zone.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxZoneForm {
    id: TaxZoneId,
    name: Title,
    territories: Vec<Territory>,
    prices_include_tax: bool,
    rates: Vec<TaxRateForm>,
    shipping_category: Option<TaxCategory>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct TaxRateForm {
    category: TaxCategory,
    name: Title,
    rate: Rate,
}

impl From<&TaxZone> for TaxZoneForm {
    fn from(zone: &TaxZone) -> Self {
        let TaxZone {
            id,
            name,
            territories,
            prices_include_tax,
            rates,
            shipping_category,
            version: _,
            created_at,
            updated_at,
        } = zone.clone();
        let rates = rates.into_iter().map(|rate| {
            let TaxRate {
                category,
                name,
                rate,
            } = rate;
            TaxRateForm {
                category,
                name,
                rate,
            }
        });
        Self {
            id,
            name,
            territories,
            prices_include_tax,
            rates: rates.collect(),
            shipping_category,
            created_at,
            updated_at,
        }
    }
}

impl TaxZoneForm {
    pub(super) fn into_zone(self, version: u64) -> TaxZone {
        let Self {
            id,
            name,
            territories,
            prices_include_tax,
            rates,
            shipping_category,
            created_at,
            updated_at,
        } = self;
        let rates = rates.into_iter().map(|rate| {
            let TaxRateForm {
                category,
                name,
                rate,
            } = rate;
            TaxRate {
                category,
                name,
                rate,
            }
        });
        TaxZone {
            id,
            name,
            territories,
            prices_include_tax,
            rates: rates.collect(),
            shipping_category,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A stored shipping zone.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShippingZoneForm {
    id: ShippingZoneId,
    name: Title,
    territories: Vec<Territory>,
    methods: Vec<MethodForm>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct MethodForm {
    code: Slug,
    name: Title,
    rates: Vec<RateForm>,
}

/// Amounts are in the rate's currency.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RateForm {
    currency: Currency,
    price: PriceForm,
    free_above: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum PriceForm {
    Flat(i64),
    ByWeight(Vec<TierForm>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TierForm {
    up_to_grams: u64,
    price: i64,
}

impl From<&ShippingZone> for ShippingZoneForm {
    fn from(zone: &ShippingZone) -> Self {
        let ShippingZone {
            id,
            name,
            territories,
            methods,
            version: _,
            created_at,
            updated_at,
        } = zone.clone();
        let methods = methods.into_iter().map(|method| {
            let ShippingMethod { code, name, rates } = method;
            let rates = rates.into_iter().map(RateForm::from).collect();
            MethodForm { code, name, rates }
        });
        Self {
            id,
            name,
            territories,
            methods: methods.collect(),
            created_at,
            updated_at,
        }
    }
}

impl From<ShippingRate> for RateForm {
    fn from(rate: ShippingRate) -> Self {
        let ShippingRate {
            currency,
            price,
            free_above,
        } = rate;
        let price = match price {
            ShippingPrice::Flat(price) => PriceForm::Flat(price.amount()),
            ShippingPrice::ByWeight(tiers) => PriceForm::ByWeight(
                tiers
                    .into_iter()
                    .map(|WeightTier { up_to_grams, price }| TierForm {
                        up_to_grams,
                        price: price.amount(),
                    })
                    .collect(),
            ),
        };
        Self {
            currency,
            price,
            free_above: free_above.map(|least| least.amount()),
        }
    }
}

impl ShippingZoneForm {
    pub(super) fn into_zone(self, version: u64) -> Result<ShippingZone, StoreError> {
        let Self {
            id,
            name,
            territories,
            methods,
            created_at,
            updated_at,
        } = self;
        let methods = methods.into_iter().map(|method| {
            let MethodForm { code, name, rates } = method;
            let rates = rates.into_iter().map(RateForm::into_rate);
            Ok(ShippingMethod {
                code,
                name,
                rates: rates.collect::<Result<_, StoreError>>()?,
            })
        });
        Ok(ShippingZone {
            id,
            name,
            territories,
            methods: methods.collect::<Result<_, StoreError>>()?,
            version,
            created_at,
            updated_at,
        })
    }
}

impl RateForm {
    fn into_rate(self) -> Result<ShippingRate, StoreError> {
        let Self {
            currency,
            price,
            free_above,
        } = self;
        let money = |amount| Money::new(amount, currency).map_err(StoreError::corrupt);
        let price = match price {
            PriceForm::Flat(price) => ShippingPrice::Flat(money(price)?),
            PriceForm::ByWeight(tiers) => {
                let tiers = tiers.into_iter().map(|TierForm { up_to_grams, price }| {
                    let price = money(price)?;
                    Ok(WeightTier { up_to_grams, price })
                });
                ShippingPrice::ByWeight(tiers.collect::<Result<_, StoreError>>()?)
            }
        };
        Ok(ShippingRate {
            currency,
            price,
            free_above: free_above.map(money).transpose()?,
        })
    }
}

/// A stored promotion.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionForm {
    id: PromotionId,
    name: Title,
    code: Option<CouponCode>,
    active: bool,
    effect: EffectForm,
    products: Vec<ProductId>,
    categories: Vec<CategoryId>,
    minimum: Vec<Money>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    combines: bool,
    most_uses: Option<u32>,
    most_uses_per_customer: Option<u32>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct EffectForm {
    kind: EffectKind,
    rate: Option<Rate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    amounts: Vec<Money>,
    buy: Option<u32>,
    get: Option<u32>,
}

impl From<&Promotion> for PromotionForm {
    fn from(promotion: &Promotion) -> Self {
        let Promotion {
            id,
            name,
            code,
            active,
            effect,
            on: Selection {
                products,
                categories,
            },
            conditions:
                Conditions {
                    minimum,
                    starts_at,
                    ends_at,
                },
            combines,
            limits: Limits {
                uses,
                uses_per_customer,
            },
            version: _,
            created_at,
            updated_at,
        } = promotion.clone();
        Self {
            id,
            name,
            code,
            active,
            effect: effect.into(),
            products: products.into_iter().collect(),
            categories: categories.into_iter().collect(),
            minimum,
            starts_at,
            ends_at,
            combines,
            most_uses: uses,
            most_uses_per_customer: uses_per_customer,
            created_at,
            updated_at,
        }
    }
}

impl From<Effect> for EffectForm {
    fn from(effect: Effect) -> Self {
        let kind = effect.kind();
        let (rate, amounts, buy, get) = match effect {
            Effect::PercentOff { rate } => (Some(rate), Vec::new(), None, None),
            Effect::AmountOff { amounts } => (None, amounts, None, None),
            Effect::FreeShipping => (None, Vec::new(), None, None),
            Effect::BuyXGetY { buy, get, rate } => (Some(rate), Vec::new(), Some(buy), Some(get)),
        };
        Self {
            kind,
            rate,
            amounts,
            buy,
            get,
        }
    }
}

impl EffectForm {
    fn into_effect(self) -> Option<Effect> {
        let Self {
            kind,
            rate,
            amounts,
            buy,
            get,
        } = self;
        Some(match kind {
            EffectKind::PercentOff => Effect::PercentOff { rate: rate? },
            EffectKind::AmountOff => Effect::AmountOff { amounts },
            EffectKind::FreeShipping => Effect::FreeShipping,
            EffectKind::BuyXGetY => Effect::BuyXGetY {
                buy: buy?,
                get: get?,
                rate: rate?,
            },
        })
    }
}

impl PromotionForm {
    pub(super) fn into_promotion(self, version: u64) -> Result<Promotion, StoreError> {
        let Self {
            id,
            name,
            code,
            active,
            effect,
            products,
            categories,
            minimum,
            starts_at,
            ends_at,
            combines,
            most_uses,
            most_uses_per_customer,
            created_at,
            updated_at,
        } = self;
        let effect = effect.into_effect();
        Ok(Promotion {
            id,
            name,
            code,
            active,
            effect: effect.ok_or_else(|| StoreError::corrupt("an effect without its numbers"))?,
            on: Selection {
                products: products.into_iter().collect(),
                categories: categories.into_iter().collect(),
            },
            conditions: Conditions {
                minimum,
                starts_at,
                ends_at,
            },
            combines,
            limits: Limits {
                uses: most_uses,
                uses_per_customer: most_uses_per_customer,
            },
            version,
            created_at,
            updated_at,
        })
    }
}
