//! What the demo shop charges besides its prices: taxes, shipping, and coupons to try.

use std::collections::BTreeSet;

use domain::clock::Timestamp;
use domain::country::Country;
use domain::currency::Currency;
use domain::id::{PromotionId, ShippingZoneId, TaxZoneId};
use domain::money::Money;
use domain::pricing::promotion::{Conditions, CouponCode, Effect, Limits, Promotion, Selection};
use domain::pricing::shipping::{
    ShippingMethod, ShippingPrice, ShippingRate, ShippingZone, WeightTier,
};
use domain::pricing::tax::{TaxRate, TaxZone};
use domain::pricing::{Rate, Territory};
use domain::slug::Slug;
use domain::text::{TaxCategory, Title};
use store::Wiring;
use store::event::Stamp;
use store::pricing::{self, Entry, Tariffs};

use super::{demo_id, needed, unless_there, valid};
use crate::error::OpenError;

/// The zone that taxes all the world but Switzerland.
pub const EVERYWHERE: TaxZoneId = TaxZoneId::from_u128(demo_id(0xa0, 1));
/// The zone that all the world but Switzerland is sent to from.
pub const WORLD: ShippingZoneId = ShippingZoneId::from_u128(demo_id(0xb0, 1));
/// The coupon `WELCOME10`.
pub const WELCOME: PromotionId = PromotionId::from_u128(demo_id(0xc0, 1));

/// The currencies in which standard shipping is free, which is to say: in which the shop sends.
const CURRENCIES: [&str; 9] = [
    "EUR", "USD", "GBP", "CHF", "SEK", "PLN", "JPY", "KWD", "CAD",
];

pub(super) async fn post(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let tariffs: Tariffs<pricing::Create> = needed(wiring).await?;
    let now = stamp.now;
    for zone in [everywhere(now)?, swiss_taxes(now)?] {
        create(&tariffs, &zone, zone.faults().is_empty(), stamp).await?;
    }
    for zone in [world(now)?, swiss_post(now)?] {
        create(&tariffs, &zone, zone.faults().is_empty(), stamp).await?;
    }
    for coupon in coupons(now)? {
        create(&tariffs, &coupon, coupon.faults().is_empty(), stamp).await?;
    }
    Ok(())
}

async fn create<E: Entry>(
    tariffs: &Tariffs<pricing::Create>,
    entry: &E,
    is_sound: bool,
    stamp: &Stamp,
) -> Result<(), OpenError> {
    if !is_sound {
        let id = entry.id();
        return Err(OpenError::Seed(format!("{} {id} breaks a rule", E::KIND)));
    }
    let mut tx = tariffs.begin(stamp);
    tariffs.create(&mut tx, entry)?;
    unless_there(tx.commit().await)
}

fn everywhere(now: Timestamp) -> Result<TaxZone, OpenError> {
    let rates = [("standard", 190_000), ("reduced", 70_000)];
    tax_zone(EVERYWHERE, "Everywhere", Vec::new(), &rates, now)
}

fn swiss_taxes(now: Timestamp) -> Result<TaxZone, OpenError> {
    let id = TaxZoneId::from_u128(demo_id(0xa0, 2));
    let rates = [("standard", 81_000), ("reduced", 26_000)];
    tax_zone(id, "Switzerland", switzerland()?, &rates, now)
}

fn switzerland() -> Result<Vec<Territory>, OpenError> {
    let countries = ["CH", "LI"].map(|code| {
        Ok(Territory {
            country: valid(Country::parse(code))?,
            region: None,
        })
    });
    countries.into_iter().collect()
}

fn tax_zone(
    id: TaxZoneId,
    name: &str,
    territories: Vec<Territory>,
    rates: &[(&str, u32)],
    now: Timestamp,
) -> Result<TaxZone, OpenError> {
    let rates = rates.iter().map(|(category, ppm)| {
        Ok(TaxRate {
            category: valid(TaxCategory::parse(category))?,
            name: valid(Title::parse("VAT"))?,
            rate: valid(Rate::try_from(*ppm))?,
        })
    });
    Ok(TaxZone {
        id,
        name: valid(Title::parse(name))?,
        territories,
        prices_include_tax: true,
        rates: rates.collect::<Result<_, OpenError>>()?,
        shipping_category: Some(TaxCategory::default()),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn world(now: Timestamp) -> Result<ShippingZone, OpenError> {
    let standard = CURRENCIES.map(|code| flat(code, 0));
    let methods = vec![
        method("standard", "Standard", standard.into_iter().collect())?,
        method(
            "express",
            "Express",
            vec![flat("EUR", 990), flat("USD", 1_190)],
        )?,
        method(
            "parcel",
            "Parcel, insured",
            vec![by_weight("EUR", &[(500, 390), (2_000, 590), (10_000, 990)])],
        )?,
    ];
    shipping_zone(WORLD, "World", Vec::new(), methods, now)
}

fn swiss_post(now: Timestamp) -> Result<ShippingZone, OpenError> {
    let id = ShippingZoneId::from_u128(demo_id(0xb0, 2));
    let rates = vec![flat("EUR", 1_200), flat("CHF", 1_100)];
    let methods = vec![method("standard", "Standard", rates)?];
    shipping_zone(id, "Switzerland", switzerland()?, methods, now)
}

fn shipping_zone(
    id: ShippingZoneId,
    name: &str,
    territories: Vec<Territory>,
    methods: Vec<ShippingMethod>,
    now: Timestamp,
) -> Result<ShippingZone, OpenError> {
    Ok(ShippingZone {
        id,
        name: valid(Title::parse(name))?,
        territories,
        methods,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn method(
    code: &str,
    name: &str,
    rates: Vec<Result<ShippingRate, OpenError>>,
) -> Result<ShippingMethod, OpenError> {
    Ok(ShippingMethod {
        code: valid(Slug::parse(code))?,
        name: valid(Title::parse(name))?,
        rates: rates.into_iter().collect::<Result<_, _>>()?,
    })
}

fn flat(code: &str, amount: i64) -> Result<ShippingRate, OpenError> {
    let currency = valid(Currency::parse(code))?;
    Ok(ShippingRate {
        currency,
        price: ShippingPrice::Flat(money(amount, currency)?),
        free_above: None,
    })
}

fn by_weight(code: &str, tiers: &[(u64, i64)]) -> Result<ShippingRate, OpenError> {
    let currency = valid(Currency::parse(code))?;
    let tiers = tiers.iter().map(|(up_to_grams, amount)| {
        Ok(WeightTier {
            up_to_grams: *up_to_grams,
            price: money(*amount, currency)?,
        })
    });
    Ok(ShippingRate {
        currency,
        price: ShippingPrice::ByWeight(tiers.collect::<Result<_, OpenError>>()?),
        free_above: Some(money(10_000, currency)?),
    })
}

fn money(amount: i64, currency: Currency) -> Result<Money, OpenError> {
    Money::new(amount, currency).map_err(|error| OpenError::Seed(error.to_string()))
}

fn coupons(now: Timestamp) -> Result<Vec<Promotion>, OpenError> {
    let ten_percent = valid(Rate::try_from(100_000_u32))?;
    let ten_off = Effect::AmountOff {
        amounts: vec![money(1_000, Currency::EUR)?],
    };
    let three_for_two = Effect::BuyXGetY {
        buy: 2,
        get: 1,
        rate: Rate::WHOLE,
    };
    let percent = || Effect::PercentOff { rate: ten_percent };
    let first = Limits {
        uses: Some(10),
        uses_per_customer: Some(1),
    };
    let any = Limits::default();
    Ok(vec![
        coupon(1, "WELCOME10", "10 % for new friends", percent(), any, now)?,
        coupon(
            2,
            "FREESHIP",
            "Free shipping",
            Effect::FreeShipping,
            any,
            now,
        )?,
        coupon(3, "THREEFORTWO", "Three for two", three_for_two, any, now)?,
        coupon(
            4,
            "FIRST10",
            "10 % for the first ten",
            percent(),
            first,
            now,
        )?,
        Promotion {
            conditions: Conditions {
                minimum: vec![money(5_000, Currency::EUR)?],
                ..Conditions::default()
            },
            ..coupon(5, "TENNER", "10 euros off 50", ten_off, any, now)?
        },
    ])
}

fn coupon(
    number: u128,
    code: &str,
    name: &str,
    effect: Effect,
    limits: Limits,
    now: Timestamp,
) -> Result<Promotion, OpenError> {
    Ok(Promotion {
        id: PromotionId::from_u128(demo_id(0xc0, number)),
        name: valid(Title::parse(name))?,
        code: Some(valid(CouponCode::parse(code))?),
        active: true,
        effect,
        on: Selection {
            products: BTreeSet::new(),
            categories: BTreeSet::new(),
        },
        conditions: Conditions::default(),
        combines: true,
        limits,
        version: 1,
        created_at: now,
        updated_at: now,
    })
}
