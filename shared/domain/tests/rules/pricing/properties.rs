//! Whatever the basket, the currency and the tariff: every sum adds up.

use std::collections::BTreeSet;

use domain::id::{CategoryId, ProductId, PromotionId};
use domain::pricing::promotion::{Conditions, Effect, Promotion, Selection};
use domain::pricing::shipping::{ShippingMethod, ShippingPrice, ShippingRate, WeightTier};
use domain::pricing::{Basket, CouponOutcome, Item, Quote, QuoteError, Tariff, Wishes};
use domain::{Currency, Money, Quantity};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::{
    Wanted, category, coupon, flat, promotion, rate, shipping_zone, slug, tax_zone, territory, to,
};
use crate::given::{item, now};

/// Amounts that real baskets have, and some that hardly any has.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0_i64..20_000, 2 => 0_i64..10, 1 => 0_i64..100_000_000_000]
}

fn any_currency() -> impl Strategy<Value = Currency> {
    let all: Vec<Currency> = Currency::all().collect();
    let known = ["EUR", "JPY", "KWD"].map(|code| Currency::parse(code).unwrap());
    prop_oneof![
        2 => proptest::sample::select(known.to_vec()),
        1 => proptest::sample::select(all),
    ]
}

fn any_item(currency: Currency) -> impl Strategy<Value = Item> {
    let categories = btree_set((0_u128..4).prop_map(CategoryId::from_u128), 0..3);
    (
        0_u128..6,
        categories,
        prop_oneof![3 => 1_u32..6, 1 => 1_u32..=999],
        amount(),
        0_u32..3_000,
        0_usize..3,
    )
        .prop_map(
            move |(number, categories, units, price, weight_grams, kind)| Item {
                product: ProductId::from_u128(number),
                categories,
                quantity: Quantity::try_from(units).unwrap(),
                unit_price: Money::new(price, currency).unwrap(),
                weight_grams,
                tax_category: category(["standard", "books", "untaxed"][kind]),
                ..item(&format!("sku-{number}"), 1, 1)
            },
        )
}

fn any_effect(currency: Currency) -> impl Strategy<Value = Effect> {
    prop_oneof![
        (1_u32..=1_000_000).prop_map(|ppm| Effect::PercentOff { rate: rate(ppm) }),
        (1_i64..50_000).prop_map(move |off| Effect::AmountOff {
            amounts: vec![Money::new(off, currency).unwrap()]
        }),
        Just(Effect::FreeShipping),
        (1_u32..4, 1_u32..4, 1_u32..=1_000_000).prop_map(|(buy, get, ppm)| Effect::BuyXGetY {
            buy,
            get,
            rate: rate(ppm)
        }),
    ]
}

fn any_promotion(currency: Currency) -> impl Strategy<Value = Promotion> {
    let products = btree_set((0_u128..6).prop_map(ProductId::from_u128), 0..3);
    let categories = btree_set((0_u128..4).prop_map(CategoryId::from_u128), 0..2);
    (
        any_effect(currency),
        products,
        categories,
        option::of(1_i64..30_000),
        any::<bool>(),
    )
        .prop_map(
            move |(effect, products, categories, minimum, combines)| Promotion {
                on: Selection {
                    products,
                    categories,
                },
                conditions: Conditions {
                    minimum: minimum
                        .map(|minimum| Money::new(minimum, currency).unwrap())
                        .into_iter()
                        .collect(),
                    ..Conditions::default()
                },
                combines,
                // No two have the same: those of a tariff are counted from 1.
                ..promotion(1_000, effect)
            },
        )
}

fn any_method(currency: Currency) -> impl Strategy<Value = ShippingMethod> {
    let money = move |amount| Money::new(amount, currency).unwrap();
    let price = prop_oneof![
        (0_i64..3_000).prop_map(move |price| ShippingPrice::Flat(money(price))),
        (0_i64..3_000, 1_u64..5_000).prop_map(move |(price, grams)| {
            ShippingPrice::ByWeight(vec![
                WeightTier {
                    up_to_grams: grams,
                    price: money(price),
                },
                WeightTier {
                    up_to_grams: grams * 1_000_000,
                    price: money(price * 2),
                },
            ])
        }),
    ];
    (0_usize..3, price, option::of(amount())).prop_map(move |(name, price, free_above)| {
        let code = ["post", "express", "courier"][name];
        ShippingMethod {
            rates: vec![ShippingRate {
                currency,
                price,
                free_above: free_above.map(money),
            }],
            ..flat(code, 0, None)
        }
    })
}

fn any_tariff(currency: Currency) -> impl Strategy<Value = Tariff> {
    let rates = vec(
        (0_usize..2, 0_usize..3, 0_u32..400_000).prop_map(|(kind, name, ppm)| {
            (
                ["standard", "books"][kind],
                ["VAT", "GST", "QST"][name],
                ppm,
            )
        }),
        0..4,
    );
    let zone = (any::<bool>(), rates, any::<bool>()).prop_map(|(included, rates, everywhere)| {
        let territories = if everywhere {
            Vec::new()
        } else {
            vec![territory("DE", None)]
        };
        tax_zone(1, territories, included, &rates)
    });
    (
        vec(zone, 0..3),
        vec(vec(any_method(currency), 1..4), 0..2),
        vec(any_promotion(currency), 0..4),
    )
        .prop_map(|(tax_zones, methods, promotions)| Tariff {
            tax_zones,
            shipping_zones: methods
                .into_iter()
                .map(|methods| shipping_zone(1, Vec::new(), methods))
                .collect(),
            promotions: (1..)
                .zip(promotions)
                .map(|(id, promotion)| Promotion {
                    id: PromotionId::from_u128(id),
                    ..promotion
                })
                .collect(),
        })
}

/// Somebody's wishes, in a shop of some kind.
pub(crate) fn any_purchase() -> impl Strategy<Value = (Wanted, Tariff)> {
    any_currency().prop_flat_map(|currency| {
        (
            vec(any_item(currency), 1..8),
            option::of(prop_oneof![Just("DE"), Just("FR")]),
            option::weighted(0.2, Just("post")),
            option::of(any_promotion(currency)),
            any_tariff(currency),
        )
            .prop_map(move |(items, destination, named, asked, tariff)| {
                let wishes = Wishes {
                    destination: destination.map(|country| to(country, None)),
                    method: named.map(slug),
                    coupon: asked.map(coupon),
                    now: now(),
                };
                let basket = basket_of(currency, items);
                (Wanted { basket, wishes }, tariff)
            })
    })
}

/// The first of the items, if all together are more than a basket may hold.
fn basket_of(currency: Currency, items: Vec<Item>) -> Basket {
    let first = items[..1].to_vec();
    Basket::new(currency, items).unwrap_or_else(|_| Basket::new(currency, first).unwrap())
}

fn sum(currency: Currency, amounts: impl Iterator<Item = Money>) -> Money {
    Money::sum(currency, amounts).unwrap()
}

proptest! {
    #[test]
    fn any_basket_adds_up((wanted, tariff) in any_purchase()) {
        let quote = match wanted.priced(&tariff) {
            Ok(quote) => quote,
            Err(QuoteError::NoMethod | QuoteError::UnknownMethod { .. }) => return Ok(()),
            Err(other) => return Err(TestCaseError::fail(other.to_string())),
        };
        let sums = quote.sums;
        let total = |amounts: Vec<Money>| sum(quote.currency, amounts.into_iter());

        // The lines sum to the totals, and the totals to what is charged.
        let lines = || quote.lines.iter();
        prop_assert_eq!(sums.discount, total(lines().map(|line| line.discount).collect()));
        let line_tax = total(lines().map(|line| line.tax).collect());
        prop_assert_eq!(sums.tax, line_tax.add(sums.shipping_tax).unwrap());
        let gross = lines().map(|line| line.unit_price.times(line.quantity).unwrap());
        prop_assert_eq!(sums.items, total(gross.collect()));
        let net = sums.items.sub(sums.discount).unwrap().add(sums.shipping).unwrap();
        let on_top = |tax: Money| if sums.tax_included { Money::zero(quote.currency) } else { tax };
        prop_assert_eq!(sums.total, net.add(on_top(sums.tax)).unwrap());
        let of_lines = total(lines().map(|line| line.total).collect());
        let of_all = of_lines.add(sums.shipping).unwrap().add(on_top(sums.shipping_tax)).unwrap();
        prop_assert_eq!(sums.total, of_all);

        // Each line adds up, and nothing is less than nothing.
        for line in &quote.lines {
            let gross = line.unit_price.times(line.quantity).unwrap();
            prop_assert_eq!(line.discount, total(line.discounts.iter().map(|d| d.amount).collect()));
            prop_assert_eq!(line.tax, total(line.taxes.iter().map(|tax| tax.amount).collect()));
            let left = gross.sub(line.discount).unwrap();
            prop_assert!(!left.is_negative());
            prop_assert_eq!(line.total, left.add(on_top(line.tax)).unwrap());
            prop_assert!(line.discounts.iter().all(|discount| discount.amount.amount() > 0));
            prop_assert!(line.taxes.iter().all(|tax| !tax.amount.is_negative()));
        }
        prop_assert!(!sums.shipping.is_negative());
        prop_assert!(!sums.total.is_negative());
        if sums.tax_included {
            prop_assert!(sums.tax.amount() <= sums.total.amount());
        }

        // What promotions say they save is what they save.
        let saved = total(quote.promotions.iter().map(|applied| applied.saved).collect());
        let freed = quote.shipping.as_ref().map(|shipping| shipping.discount);
        prop_assert_eq!(saved, total([Some(sums.discount), freed].into_iter().flatten().collect()));
        let ids: BTreeSet<_> = quote.promotions.iter().map(|applied| applied.promotion).collect();
        for line in &quote.lines {
            prop_assert!(line.discounts.iter().all(|d| ids.contains(&d.promotion)));
        }
    }

    #[test]
    fn any_promotion_more_makes_nothing_dearer((wanted, tariff) in any_purchase()) {
        let without = Tariff { promotions: Vec::new(), ..tariff.clone() };
        let mut bare = wanted.clone();
        bare.wishes.coupon = None;
        let (Ok(with), Ok(without)) = (wanted.priced(&tariff), bare.priced(&without)) else {
            return Ok(());
        };
        let net = |quote: &Quote| quote.sums.items.amount() - quote.sums.discount.amount();
        prop_assert!(net(&with) <= net(&without));
        if matches!(with.coupon, CouponOutcome::Applied) {
            prop_assert!(with.promotions.iter().any(|applied| applied.code.is_some()));
        } else {
            prop_assert!(with.promotions.iter().all(|applied| applied.code.is_none()));
        }
    }

    #[test]
    fn any_tax_is_within_a_unit_of_its_exact_share((wanted, tariff) in any_purchase()) {
        let Ok(quote) = wanted.priced(&tariff) else { return Ok(()) };
        for line in &quote.lines {
            let together: u64 = line.taxes.iter().map(|tax| u64::from(tax.rate.ppm())).sum();
            let base = line.unit_price.times(line.quantity).unwrap().sub(line.discount).unwrap();
            let whole = 1_000_000 + if quote.sums.tax_included { together } else { 0 };
            let exact = i128::from(base.amount()) * i128::from(together);
            let told = i128::from(line.tax.amount()) * i128::from(whole);
            // One unit of rounding the sum, one of spreading it.
            prop_assert!((told - exact).abs() < 2 * i128::from(whole), "{line:?}");
        }
    }
}
