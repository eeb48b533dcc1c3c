//! What a basket comes to.

mod discounts;
pub(crate) mod properties;
mod redemptions;
mod shipping;
mod taxes;

use std::collections::BTreeSet;

use domain::Currency;
use domain::address::AddressLine;
use domain::country::Country;
use domain::id::{ProductId, PromotionId, ShippingZoneId, TaxZoneId};
use domain::pricing::promotion::{Conditions, Effect, Limits, Promotion, Selection};
use domain::pricing::shipping::{ShippingMethod, ShippingPrice, ShippingRate, ShippingZone};
use domain::pricing::tax::{TaxRate, TaxZone};
use domain::pricing::{
    Basket, BasketError, Coupon, Destination, Item, MAX_LINES, Quote, QuoteError, Rate, Tariff,
    Territory, Wishes,
};
use domain::text::{TaxCategory, Title};
use domain::{Money, MoneyError, Slug};

use crate::given::{euros, item, now, sku};

/// A basket, and what else its price depends on.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    basket: Basket,
    wishes: Wishes,
}

impl Wanted {
    pub(crate) fn priced(&self, tariff: &Tariff) -> Result<Quote, QuoteError> {
        Quote::of(&self.basket, &self.wishes, tariff)
    }
}

fn wanted(items: Vec<Item>) -> Wanted {
    Wanted {
        basket: Basket::new(Currency::EUR, items).unwrap(),
        wishes: Wishes::none(now()),
    }
}

fn to(country: &str, region: Option<&str>) -> Destination {
    Destination {
        country: Country::parse(country).unwrap(),
        region: region.map(|region| AddressLine::parse(region).unwrap()),
    }
}

fn territory(country: &str, region: Option<&str>) -> Territory {
    let Destination { country, region } = to(country, region);
    Territory { country, region }
}

fn title(text: &str) -> Title {
    Title::parse(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn rate(ppm: u32) -> Rate {
    Rate::try_from(ppm).unwrap()
}

fn category(text: &str) -> TaxCategory {
    TaxCategory::parse(text).unwrap()
}

/// A zone with a rate for each of these kinds of goods.
fn tax_zone(
    id: u128,
    territories: Vec<Territory>,
    prices_include_tax: bool,
    rates: &[(&str, &str, u32)],
) -> TaxZone {
    let rate = |(kind, name, ppm): &(&str, &str, u32)| TaxRate {
        category: category(kind),
        name: title(name),
        rate: rate(*ppm),
    };
    TaxZone {
        id: TaxZoneId::from_u128(id),
        name: title("zone"),
        territories,
        prices_include_tax,
        rates: rates.iter().map(rate).collect(),
        shipping_category: Some(category("standard")),
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn flat(code: &str, cents: i64, free_above: Option<i64>) -> ShippingMethod {
    ShippingMethod {
        code: slug(code),
        name: title(code),
        rates: vec![ShippingRate {
            currency: Currency::EUR,
            price: ShippingPrice::Flat(euros(cents)),
            free_above: free_above.map(euros),
        }],
    }
}

fn shipping_zone(
    id: u128,
    territories: Vec<Territory>,
    methods: Vec<ShippingMethod>,
) -> ShippingZone {
    ShippingZone {
        id: ShippingZoneId::from_u128(id),
        name: title("zone"),
        territories,
        methods,
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

/// A promotion for everybody that combines with others.
fn promotion(id: u128, effect: Effect) -> Promotion {
    Promotion {
        id: PromotionId::from_u128(id),
        name: title("promotion"),
        code: None,
        active: true,
        effect,
        on: Selection::default(),
        conditions: Conditions::default(),
        combines: true,
        limits: Limits::default(),
        version: 1,
        created_at: now(),
        updated_at: now(),
    }
}

fn coupon(promotion: Promotion) -> Coupon {
    let code = domain::pricing::promotion::CouponCode::parse("SPRING").unwrap();
    Coupon {
        code: code.clone(),
        promotion: Some(Promotion {
            code: Some(code),
            ..promotion
        }),
        used_up: false,
    }
}

fn percent(ppm: u32) -> Effect {
    Effect::PercentOff { rate: rate(ppm) }
}

fn about(products: &[u128]) -> Selection {
    Selection {
        products: products.iter().copied().map(ProductId::from_u128).collect(),
        categories: BTreeSet::new(),
    }
}

fn quoted(wanted: &Wanted, tariff: &Tariff) -> Quote {
    wanted.priced(tariff).unwrap()
}

#[test]
fn equal_skus_are_taken_together() {
    let quote = quoted(
        &wanted(vec![
            item("tee", 2, 10),
            item("cap", 1, 10),
            item("tee", 3, 10),
        ]),
        &Tariff::default(),
    );
    let lines: Vec<(&str, u32)> = quote
        .lines
        .iter()
        .map(|line| (line.sku.as_str(), line.quantity.get()))
        .collect();
    assert_eq!(lines, [("tee", 5), ("cap", 1)]);
    let too_many = vec![item("tee", 999, 10), item("tee", 1, 10)];
    assert_eq!(
        Basket::new(Currency::EUR, too_many),
        Err(BasketError::TooManyUnits {
            sku: sku("tee"),
            max: 999
        })
    );
}

#[test]
fn a_basket_has_one_to_25_lines() {
    let items = |count: usize| (0..count).map(|n| item(&format!("s{n}"), 1, 1)).collect();
    let of = |count| Basket::new(Currency::EUR, items(count));
    assert_eq!(of(0), Err(BasketError::Empty));
    assert!(of(MAX_LINES).is_ok());
    assert_eq!(
        of(26),
        Err(BasketError::TooManyLines { count: 26, max: 25 })
    );
}

#[test]
fn prices_are_in_the_baskets_currency_and_not_negative() {
    let yen = Currency::parse("JPY").unwrap();
    let foreign = Item {
        unit_price: Money::new(100, yen).unwrap(),
        ..item("tee", 1, 1)
    };
    let of = |item| Basket::new(Currency::EUR, vec![item]);
    assert_eq!(
        of(foreign),
        Err(BasketError::Money(MoneyError::CurrencyMismatch {
            expected: Currency::EUR,
            actual: yen
        }))
    );
    assert_eq!(
        of(item("tee", 1, -1)),
        Err(BasketError::NegativePrice { sku: sku("tee") })
    );
    assert_eq!(
        of(item("tee", 2, Money::MAX_AMOUNT)),
        Err(BasketError::Money(MoneyError::Overflow))
    );
}

#[test]
fn lines_together_can_be_too_much_too() {
    let most = Money::MAX_AMOUNT;
    let wanted = wanted(vec![item("tee", 1, most), item("cap", 1, most)]);
    assert_eq!(
        wanted.priced(&Tariff::default()),
        Err(QuoteError::Money(MoneyError::Overflow))
    );
}

#[test]
fn a_shop_without_a_tariff_charges_its_prices() {
    let quote = quoted(
        &wanted(vec![item("tee", 2, 1_999), item("cap", 1, 1_000)]),
        &Tariff::default(),
    );
    assert_eq!(quote.sums.total, euros(4_998));
    assert_eq!(quote.sums.items, euros(4_998));
    assert_eq!(quote.shipping, None);
    assert_eq!(quote.lines[0].total, euros(3_998));
}

#[test]
fn a_rate_reads_as_percent() {
    let texts = [190_000, 88_750, 0, 1_000_000, 70_005].map(|ppm| rate(ppm).to_string());
    assert_eq!(texts, ["19%", "8.875%", "0%", "100%", "7.0005%"]);
    assert_eq!(u32::from(rate(190_000)), 190_000);
    assert!(Rate::try_from(1_000_001_u32).is_err());
    assert!(Rate::try_from(-1_i64).is_err());
}

#[test]
fn half_a_unit_is_rounded_away_from_zero() {
    let half = rate(500_000);
    let of = |cents| half.of(euros(cents)).unwrap().amount();
    assert_eq!([1, 2, 3, -1, -3].map(of), [1, 1, 2, -1, -2]);
}
