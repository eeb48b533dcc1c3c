//! Promotions and coupons.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::id::{CategoryId, ProductId};
use domain::pricing::promotion::{
    Conditions, CouponCode, Effect, Limits, Promotion, Selection, Unmet,
};
use domain::pricing::{Coupon, CouponOutcome, Item, Tariff, Wishes};
use domain::{Currency, Money};

use super::{Wanted, about, coupon, percent, promotion, quoted, rate, wanted};
use crate::given::{euros, item, now};

fn with(promotions: Vec<Promotion>) -> Tariff {
    Tariff {
        promotions,
        ..Tariff::default()
    }
}

fn asking(coupon: Option<Coupon>, wanted: Wanted) -> Wanted {
    Wanted {
        wishes: Wishes {
            coupon,
            ..wanted.wishes
        },
        ..wanted
    }
}

fn of_product(product: u128, item: Item) -> Item {
    Item {
        product: ProductId::from_u128(product),
        ..item
    }
}

fn discounts(goods: &Wanted, tariff: &Tariff) -> Vec<i64> {
    let quote = quoted(goods, tariff);
    quote
        .lines
        .iter()
        .map(|line| line.discount.amount())
        .collect()
}

fn amount_off(cents: i64) -> Effect {
    Effect::AmountOff {
        amounts: vec![euros(cents)],
    }
}

fn buy_get(buy: u32, get: u32) -> Effect {
    Effect::BuyXGetY {
        buy,
        get,
        rate: rate(1_000_000),
    }
}

#[test]
fn a_share_is_taken_off_and_spread_to_the_last_cent() {
    let goods = wanted(vec![
        item("a", 1, 333),
        item("b", 1, 333),
        item("c", 1, 334),
    ]);
    let tariff = with(vec![promotion(1, percent(100_000))]);
    assert_eq!(discounts(&goods, &tariff), [33, 33, 34]);
    let quote = quoted(&goods, &tariff);
    assert_eq!(quote.sums.discount, euros(100));
    assert_eq!(quote.sums.total, euros(900));
}

#[test]
fn an_amount_takes_off_no_more_than_there_is() {
    let goods = wanted(vec![item("a", 1, 300), item("b", 1, 100)]);
    assert_eq!(
        discounts(&goods, &with(vec![promotion(1, amount_off(100))])),
        [75, 25]
    );
    assert_eq!(
        discounts(&goods, &with(vec![promotion(1, amount_off(1_000))])),
        [300, 100]
    );
}

#[test]
fn the_cheapest_units_are_the_free_ones() {
    let goods = wanted(vec![item("dear", 2, 1_000), item("cheap", 2, 400)]);
    // Four units are one group of three: one unit is free.
    assert_eq!(
        discounts(&goods, &with(vec![promotion(1, buy_get(2, 1))])),
        [0, 400]
    );
    // Two groups of two: two units are free.
    assert_eq!(
        discounts(&goods, &with(vec![promotion(1, buy_get(1, 1))])),
        [0, 800]
    );
    let half = Effect::BuyXGetY {
        buy: 1,
        get: 3,
        rate: rate(500_000),
    };
    assert_eq!(
        discounts(&goods, &with(vec![promotion(1, half)])),
        [500, 400]
    );
    let few = wanted(vec![item("a", 2, 1_000)]);
    assert_eq!(
        discounts(&few, &with(vec![promotion(1, buy_get(2, 1))])),
        [0]
    );
}

#[test]
fn a_promotion_may_be_about_products_or_categories() {
    let kitchen = CategoryId::from_u128(7);
    let goods = wanted(vec![
        of_product(1, item("mug", 1, 1_000)),
        Item {
            categories: BTreeSet::from([kitchen]),
            ..of_product(2, item("pan", 1, 1_000))
        },
        of_product(3, item("sock", 1, 1_000)),
    ]);
    let on = |on: Selection| {
        with(vec![Promotion {
            on,
            ..promotion(1, percent(100_000))
        }])
    };
    assert_eq!(discounts(&goods, &on(about(&[1]))), [100, 0, 0]);
    let either = Selection {
        categories: BTreeSet::from([kitchen]),
        ..about(&[1])
    };
    assert_eq!(discounts(&goods, &on(either)), [100, 100, 0]);
    assert_eq!(discounts(&goods, &on(about(&[9]))), [0, 0, 0]);
}

#[test]
fn those_that_combine_follow_each_other() {
    let goods = wanted(vec![item("a", 2, 1_000)]);
    let tariff = with(vec![
        promotion(1, amount_off(100)),
        promotion(2, percent(100_000)),
        promotion(3, buy_get(1, 1)),
    ]);
    let quote = quoted(&goods, &tariff);
    // One unit free, then 10 % of the other, then one euro.
    let saved: Vec<i64> = quote
        .promotions
        .iter()
        .map(|applied| applied.saved.amount())
        .collect();
    assert_eq!(saved, [1_000, 100, 100]);
    assert_eq!(quote.sums.total, euros(800));
}

#[test]
fn one_that_does_not_combine_stands_alone_if_it_saves_more() {
    let goods = wanted(vec![item("a", 1, 1_000)]);
    let alone = |ppm| Promotion {
        combines: false,
        ..promotion(9, percent(ppm))
    };
    let tariff = |ppm| {
        with(vec![
            promotion(1, percent(100_000)),
            promotion(2, amount_off(50)),
            alone(ppm),
        ])
    };
    assert_eq!(discounts(&goods, &tariff(140_000)), [150]);
    assert_eq!(discounts(&goods, &tariff(150_000)), [150]);
    let same = quoted(&goods, &tariff(150_000)).promotions.len();
    assert_eq!(same, 2, "those that combine stay where both save as much");
    assert_eq!(discounts(&goods, &tariff(160_000)), [160]);
    assert_eq!(quoted(&goods, &tariff(160_000)).promotions.len(), 1);
}

#[test]
fn a_promotion_has_its_time() {
    let goods = wanted(vec![item("a", 1, 1_000)]);
    let second = Duration::from_secs(1);
    let between = |starts_at, ends_at| {
        with(vec![Promotion {
            conditions: Conditions {
                starts_at,
                ends_at,
                ..Conditions::default()
            },
            ..promotion(1, percent(100_000))
        }])
    };
    assert_eq!(discounts(&goods, &between(Some(now()), None)), [100]);
    assert_eq!(
        discounts(&goods, &between(Some(now().plus(second)), None)),
        [0]
    );
    assert_eq!(discounts(&goods, &between(None, Some(now()))), [0]);
    assert_eq!(
        discounts(&goods, &between(None, Some(now().plus(second)))),
        [100]
    );
}

#[test]
fn a_coupon_says_what_became_of_it() {
    let outcome = |coupon: Option<Coupon>| {
        let goods = asking(coupon, wanted(vec![item("a", 1, 1_000)]));
        quoted(&goods, &Tariff::default()).coupon
    };
    let ten = || promotion(1, percent(100_000));
    assert_eq!(outcome(None), CouponOutcome::None);
    assert_eq!(outcome(Some(coupon(ten()))), CouponOutcome::Applied);
    let unknown = Coupon {
        promotion: None,
        ..coupon(ten())
    };
    assert_eq!(outcome(Some(unknown)), CouponOutcome::Unknown);
    let used_up = Coupon {
        used_up: true,
        ..coupon(ten())
    };
    assert_eq!(outcome(Some(used_up)), CouponOutcome::UsedUp);
    let refused = |promotion: Promotion| outcome(Some(coupon(promotion)));
    let unmet = |unmet| CouponOutcome::Unmet(unmet);
    assert_eq!(
        refused(Promotion {
            active: false,
            ..ten()
        }),
        unmet(Unmet::Inactive)
    );
    assert_eq!(
        refused(Promotion {
            on: about(&[9]),
            ..ten()
        }),
        unmet(Unmet::NothingSelected)
    );
    let minimum = |minimum: Money| Promotion {
        conditions: Conditions {
            minimum: vec![minimum],
            ..Conditions::default()
        },
        ..ten()
    };
    assert_eq!(
        refused(minimum(euros(1_001))),
        unmet(Unmet::BelowMinimum(euros(1_001)))
    );
    assert_eq!(refused(minimum(euros(1_000))), CouponOutcome::Applied);
    let yen = Money::new(1, Currency::parse("JPY").unwrap()).unwrap();
    assert_eq!(refused(minimum(yen)), unmet(Unmet::OtherCurrency));
}

#[test]
fn a_minimum_counts_every_unit() {
    let from_a_thousand = Promotion {
        conditions: Conditions {
            minimum: vec![euros(1_000)],
            ..Conditions::default()
        },
        ..promotion(1, percent(100_000))
    };
    let of = |quantity| {
        let goods = wanted(vec![item("a", quantity, 400)]);
        discounts(&goods, &with(vec![from_a_thousand.clone()]))
    };
    assert_eq!(of(2), [0]);
    assert_eq!(of(3), [120]);
}

#[test]
fn a_coupon_that_saves_less_than_what_it_does_not_combine_with_is_kept() {
    let code = coupon(Promotion {
        combines: false,
        ..promotion(1, percent(100_000))
    });
    let goods = asking(Some(code), wanted(vec![item("a", 1, 1_000)]));
    let quote = quoted(&goods, &with(vec![promotion(2, percent(200_000))]));
    assert_eq!(quote.coupon, CouponOutcome::Beaten);
    assert_eq!(quote.sums.total, euros(800));
}

#[test]
fn codes_are_the_same_in_either_case() {
    let code = |text| CouponCode::parse(text).unwrap().canonical();
    assert_eq!(code("Spring_10-x"), "SPRING_10-X");
    assert!(CouponCode::parse("ten percent").is_err());
}

#[test]
fn a_promotion_names_what_is_wrong_with_it() {
    let wrong = Promotion {
        conditions: Conditions {
            minimum: vec![euros(0), euros(1)],
            starts_at: Some(now()),
            ends_at: Some(now()),
        },
        limits: Limits {
            uses: Some(0),
            uses_per_customer: None,
        },
        ..promotion(1, buy_get(0, 101))
    };
    let faults: Vec<String> = wrong.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "effect.buy: must be 1 to 100",
            "effect.get: must be 1 to 100",
            "minimum[0].amount: must be above 0",
            "minimum[1].currency: must occur only once",
            "endsAt: must be after startsAt",
            "limits.uses: needs a code",
            "limits.uses: must be 1 to 1000000000",
        ]
    );
    assert!(promotion(1, percent(1)).faults().is_empty());
    let selecting = |count| -> Vec<String> {
        let products: Vec<u128> = (1..=count).collect();
        let selecting = Promotion {
            on: about(&products),
            ..promotion(1, percent(1))
        };
        selecting.faults().iter().map(ToString::to_string).collect()
    };
    assert_eq!(selecting(100), [""; 0]);
    assert_eq!(selecting(101), ["products: must have at most 100 entries"]);
}
