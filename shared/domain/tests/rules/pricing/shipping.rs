//! Shipping.

use domain::pricing::promotion::Effect;
use domain::pricing::shipping::{
    ShippingMethod, ShippingPrice, ShippingRate, ShippingZone, WeightTier,
};
use domain::pricing::{Item, QuoteError, Tariff, Wishes};
use domain::{Currency, Money};

use super::{Wanted, flat, promotion, quoted, shipping_zone, slug, territory, to, wanted};
use crate::given::{euros, item};

fn sent_to(country: &str, items: Vec<Item>, method: Option<&str>) -> Wanted {
    let wanted = wanted(items);
    Wanted {
        wishes: Wishes {
            destination: Some(to(country, None)),
            method: method.map(slug),
            ..wanted.wishes
        },
        ..wanted
    }
}

fn sent(items: Vec<Item>, method: Option<&str>) -> Wanted {
    sent_to("DE", items, method)
}

fn shipped(methods: Vec<ShippingMethod>) -> Tariff {
    Tariff {
        shipping_zones: vec![shipping_zone(1, vec![territory("DE", None)], methods)],
        ..Tariff::default()
    }
}

fn by_weight(tiers: &[(u64, i64)]) -> ShippingMethod {
    let tier = |(up_to_grams, cents): &(u64, i64)| WeightTier {
        up_to_grams: *up_to_grams,
        price: euros(*cents),
    };
    ShippingMethod {
        rates: vec![ShippingRate {
            currency: Currency::EUR,
            price: ShippingPrice::ByWeight(tiers.iter().map(tier).collect()),
            free_above: None,
        }],
        ..flat("parcel", 0, None)
    }
}

#[test]
fn the_cheapest_way_is_taken_unless_one_is_named() {
    let tariff = shipped(vec![flat("express", 990, None), flat("post", 490, None)]);
    let quote = quoted(&sent(vec![item("mug", 1, 1_000)], None), &tariff);
    let shipping = quote.shipping.unwrap();
    assert_eq!(
        (shipping.method, shipping.price),
        (slug("post"), euros(490))
    );
    assert_eq!(quote.sums.total, euros(1_490));
    assert_eq!(quote.methods.len(), 2);
    let quote = quoted(&sent(vec![item("mug", 1, 1_000)], Some("express")), &tariff);
    assert_eq!(quote.sums.shipping, euros(990));
}

#[test]
fn a_way_that_is_not_offered_is_refused_with_those_that_are() {
    let tariff = shipped(vec![flat("post", 490, None)]);
    assert_eq!(
        sent(vec![item("mug", 1, 1)], Some("rocket")).priced(&tariff),
        Err(QuoteError::UnknownMethod {
            offered: vec![slug("post")]
        })
    );
    assert!(matches!(
        sent(vec![item("mug", 1, 1)], Some("post")).priced(&Tariff::default()),
        Err(QuoteError::UnknownMethod { .. })
    ));
}

#[test]
fn a_shop_that_sends_somewhere_does_not_send_everywhere() {
    let tariff = shipped(vec![flat("post", 490, None)]);
    let abroad = sent_to("FR", vec![item("mug", 1, 1)], None);
    assert_eq!(abroad.priced(&tariff), Err(QuoteError::NotDelivered));
}

#[test]
fn weight_decides_where_there_are_tiers() {
    let tariff = shipped(vec![by_weight(&[(500, 300), (2_000, 600)])]);
    let price = |units| {
        let quote = sent(vec![item("mug", units, 1)], None).priced(&tariff);
        quote.map(|quote| quote.sums.shipping.amount())
    };
    assert_eq!(price(5), Ok(300));
    assert_eq!(price(6), Ok(600));
    assert_eq!(price(20), Ok(600));
    assert_eq!(price(21), Err(QuoteError::NoMethod));
}

#[test]
fn shipping_is_free_above_an_amount_after_discounts() {
    let mut tariff = shipped(vec![flat("post", 490, Some(5_000))]);
    let fee = |cents, tariff: &Tariff| {
        quoted(&sent(vec![item("mug", 1, cents)], None), tariff)
            .sums
            .shipping
            .amount()
    };
    assert_eq!(fee(4_999, &tariff), 490);
    assert_eq!(fee(5_000, &tariff), 0);
    tariff.promotions = vec![promotion(1, super::percent(100_000))];
    assert_eq!(fee(5_000, &tariff), 490);
    assert_eq!(fee(5_556, &tariff), 0);
}

#[test]
fn a_promotion_may_send_for_nothing() {
    let tariff = Tariff {
        promotions: vec![promotion(1, Effect::FreeShipping)],
        ..shipped(vec![flat("post", 490, None), flat("express", 990, None)])
    };
    let quote = quoted(&sent(vec![item("mug", 1, 1_000)], Some("express")), &tariff);
    let shipping = quote.shipping.unwrap();
    assert_eq!(
        (shipping.price, shipping.discount),
        (euros(990), euros(990))
    );
    assert_eq!(quote.sums.shipping, euros(0));
    assert_eq!(quote.sums.total, euros(1_000));
    assert_eq!(quote.promotions[0].saved, euros(990));
}

#[test]
fn a_zone_names_what_is_wrong_with_it() {
    let yen = Money::new(1, Currency::parse("JPY").unwrap()).unwrap();
    let rates = vec![
        ShippingRate {
            currency: Currency::EUR,
            price: ShippingPrice::Flat(euros(-1)),
            free_above: Some(yen),
        },
        ShippingRate {
            currency: Currency::EUR,
            price: ShippingPrice::ByWeight(Vec::new()),
            free_above: None,
        },
    ];
    let zone = ShippingZone {
        methods: vec![
            ShippingMethod {
                rates,
                ..flat("post", 1, None)
            },
            flat("post", 1, None),
            by_weight(&[(500, 1), (500, 1), (400, 1)]),
        ],
        ..shipping_zone(1, Vec::new(), Vec::new())
    };
    let faults: Vec<String> = zone.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "methods[0].rates[0].freeAbove: must be in the rate's currency and not negative",
            "methods[0].rates[0].price: must not be negative",
            "methods[0].rates[1]: must occur only once per currency",
            "methods[0].rates[1].weightTiers: must have 1 to 50 entries",
            "methods[1].code: must be unique within the zone",
            "methods[2].rates[0].weightTiers[1].upToGrams: must be above that of the tier before",
            "methods[2].rates[0].weightTiers[2].upToGrams: must be above that of the tier before",
        ]
    );
    let none = shipping_zone(1, Vec::new(), Vec::new()).faults();
    assert_eq!(none[0].to_string(), "methods: must have 1 to 20 entries");
}

#[test]
fn tiers_rise_from_any_weight_and_cost_something_or_nothing() {
    let faults = |tiers: &[(u64, i64)]| -> Vec<String> {
        let methods = vec![by_weight(tiers)];
        let zone = shipping_zone(1, Vec::new(), methods);
        zone.faults().iter().map(ToString::to_string).collect()
    };
    assert_eq!(faults(&[(0, 0), (1, 1)]), [""; 0]);
    let negative = "methods[0].rates[0].weightTiers[1].price: \
                    must be in the currency of the first tier and not negative";
    assert_eq!(faults(&[(1, 1), (2, -1)]), [negative]);
}
