//! Sample values, and a clock hand and entropy that tests control.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use domain::order::{Draft, Order};
use domain::pricing::{Basket, Item, Quote, Tariff, Wishes};
use domain::text::{OptionName, OptionValue, PaymentMethod, PersonName, TaxCategory, Title};
use domain::{
    Address, Currency, Email, Entropy, Money, OrderId, ProductId, Quantity, Sku, Timestamp, UserId,
};

/// Bytes that follow from a seed.
pub(crate) struct Seeded(AtomicU64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            // SplitMix64, of which the top byte is used.
            let step = 0x9e37_79b9_7f4a_7c15;
            let mut z = self.0.fetch_add(step, Ordering::Relaxed).wrapping_add(step);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z ^ (z >> 31)).to_be_bytes()[0];
        }
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-20T08:30:00.000Z").unwrap()
}

pub(crate) fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::EUR).unwrap()
}

pub(crate) fn sku(text: &str) -> Sku {
    Sku::parse(text).unwrap()
}

pub(crate) fn address() -> Address {
    serde_json::from_value(serde_json::json!({
        "name": "Ada Lovelace",
        "line1": "12 St James's Square",
        "city": "London",
        "postalCode": "SW1Y 4JH",
        "country": "GB",
    }))
    .unwrap()
}

pub(crate) fn item(name: &str, units: u32, cents: i64) -> Item {
    Item {
        sku: sku(name),
        product: ProductId::from_u128(1),
        categories: BTreeSet::new(),
        name: Title::parse(name).unwrap(),
        options: BTreeMap::from([(
            OptionName::parse("colour").unwrap(),
            OptionValue::parse("red").unwrap(),
        )]),
        quantity: Quantity::try_from(units).unwrap(),
        unit_price: euros(cents),
        weight_grams: 100,
        tax_category: TaxCategory::default(),
    }
}

/// What items come to in a shop that knows neither tax nor shipping.
pub(crate) fn quote(items: Vec<Item>) -> Quote {
    let basket = Basket::new(Currency::EUR, items).unwrap();
    Quote::of(&basket, &Wishes::none(now()), &Tariff::default()).unwrap()
}

pub(crate) fn draft(items: Vec<Item>) -> Draft {
    Draft {
        id: OrderId::from_u128(1),
        customer: Some(UserId::from_u128(2)),
        email: Email::parse("ada@example.com").unwrap(),
        shipping_address: address(),
        payment_method: None,
        quote: quote(items),
    }
}

/// An order that the shop charges.
pub(crate) fn charged_order(items: Vec<Item>) -> Order {
    let draft = Draft {
        payment_method: Some(PaymentMethod::parse("pm_test_ok").unwrap()),
        ..draft(items)
    };
    Order::place(draft, now(), &Seeded::new(1))
}

/// An order that the customer's client pays.
pub(crate) fn order(items: Vec<Item>) -> Order {
    Order::place(draft(items), now(), &Seeded::new(1))
}

pub(crate) fn person(name: &str) -> PersonName {
    PersonName::parse(name).unwrap()
}
