//! What a product must be before it is written down.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::product::{Details, Product, ProductStatus, Variant};
use domain::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};
use domain::{Currency, Fault, Money, ProductId, Slug};
use proptest::prelude::{prop, prop_assert_eq, proptest};

use crate::given::{euros, now, sku};

fn options(names: &[&str]) -> BTreeMap<OptionName, OptionValue> {
    names
        .iter()
        .map(|name| {
            (
                OptionName::parse(name).unwrap(),
                OptionValue::parse("x").unwrap(),
            )
        })
        .collect()
}

fn variant(name: &str) -> Variant {
    Variant {
        sku: sku(name),
        options: BTreeMap::from([(
            OptionName::parse("colour").unwrap(),
            OptionValue::parse(name).unwrap(),
        )]),
        prices: vec![euros(1_999)],
        weight_grams: 150,
        tax_category: TaxCategory::default(),
    }
}

fn details(variants: Vec<Variant>) -> Details {
    Details {
        name: Title::parse("Tee").unwrap(),
        slug: Slug::parse("tee").unwrap(),
        description: Description::parse("").unwrap(),
        status: ProductStatus::Active,
        category: None,
        variants,
        images: Vec::new(),
    }
}

fn rules(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn every_broken_rule_is_told_at_once_and_where() {
    let dollars = Money::new(-1, Currency::parse("USD").unwrap()).unwrap();
    let mut faulty = details(vec![
        variant("a"),
        Variant {
            prices: vec![],
            weight_grams: 1_000_001,
            ..variant("b")
        },
        Variant {
            options: options(&["size"]),
            prices: vec![euros(1), dollars, euros(2)],
            ..variant("a")
        },
    ]);
    let image = ImageUrl::parse("https://cdn.example/a.png").unwrap();
    faulty.images = vec![image; 21];
    let faults = Product::new(ProductId::from_u128(1), faulty, now()).unwrap_err();
    assert_eq!(
        rules(&faults),
        [
            "images: must have at most 20 entries",
            "variants[1].weightGrams: must be 0 to 1000000",
            "variants[1].prices: must have at least one entry",
            "variants[2].sku: must be unique within the product",
            "variants[2].options: must have the same names as in the first variant",
            "variants[2].prices[1].amount: must not be negative",
            "variants[2].prices[2].currency: must occur only once per variant",
        ]
    );
}

#[test]
fn limits_are_exact() {
    let many = |count: usize| (0..count).map(|n| variant(&format!("s{n}"))).collect();
    assert_eq!(
        rules(&details(many(0)).faults()),
        ["variants: must have 1 to 40 entries"]
    );
    assert_eq!(rules(&details(many(40)).faults()), [""; 0]);
    assert_eq!(
        rules(&details(many(41)).faults()),
        ["variants: must have 1 to 40 entries"]
    );
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    let with = |count: usize| {
        details(vec![Variant {
            options: options(&names[..count]),
            weight_grams: 1_000_000,
            prices: vec![euros(0)],
            ..variant("a")
        }])
    };
    assert_eq!(rules(&with(10).faults()), [""; 0]);
    assert_eq!(
        rules(&with(11).faults()),
        ["variants[0].options: must have at most 10 entries"]
    );
}

#[test]
fn no_two_variants_have_the_same_options() {
    let twin = Variant {
        sku: sku("twin"),
        ..variant("a")
    };
    let bare = |name: &str| Variant {
        options: BTreeMap::new(),
        ..variant(name)
    };
    let rule = "must differ from those of the other variants";
    for (variants, at) in [
        (vec![variant("a"), variant("b"), twin], 2),
        (vec![bare("a"), bare("b")], 1),
    ] {
        let expected = format!("variants[{at}].options: {rule}");
        assert_eq!(rules(&details(variants).faults()), [expected]);
    }
    assert_eq!(rules(&details(vec![bare("a")]).faults()), [""; 0]);
}

#[test]
fn changes_count() {
    let product =
        Product::new(ProductId::from_u128(1), details(vec![variant("a")]), now()).unwrap();
    assert_eq!(product.version, 1);
    let later = now().plus(Duration::from_secs(5));
    let replaced = product.replace(details(vec![variant("b")]), later).unwrap();
    assert_eq!((replaced.version, replaced.created_at), (2, now()));
    assert!(replaced.variant(&sku("a")).is_none());
    assert_eq!(replaced.variant(&sku("b")), Some(&variant("b")));
    assert!(replaced.replace(details(Vec::new()), later).is_err());
    let last = later.plus(Duration::from_secs(5));
    let archived = replaced.archive(last);
    assert_eq!(
        archived,
        Product {
            status: ProductStatus::Archived,
            version: 3,
            updated_at: last,
            ..replaced.clone()
        }
    );
    assert_eq!(replaced.details(), details(vec![variant("b")]));
}

#[test]
fn twenty_images_and_no_more() {
    let image = ImageUrl::parse("https://cdn.example/a.png").unwrap();
    let with = |count| Details {
        images: vec![image.clone(); count],
        ..details(vec![variant("a")])
    };
    assert_eq!(rules(&with(20).faults()), [""; 0]);
    assert_eq!(with(21).faults().len(), 1);
}

#[test]
fn it_costs_what_its_cheapest_variant_costs() {
    let dearer = Variant {
        prices: vec![euros(2_500)],
        ..variant("b")
    };
    let product = Product::new(
        ProductId::from_u128(1),
        details(vec![dearer, variant("a")]),
        now(),
    )
    .unwrap();
    assert_eq!(product.least_price_in(Currency::EUR), Some(euros(1_999)));
    let yen = Currency::parse("JPY").unwrap();
    assert_eq!(product.least_price_in(yen), None);
}

proptest! {
    #[test]
    fn a_price_is_found_in_every_currency_it_is_given_in(
        picks in prop::collection::btree_set(0_usize..100, 1..10),
        amount in 0_i64..1_000_000,
    ) {
        let all: Vec<Currency> = Currency::all().collect();
        let prices: Vec<Money> = picks
            .iter()
            .map(|pick| Money::new(amount, all[*pick]).unwrap())
            .collect();
        let variant = Variant { prices, ..variant("a") };
        for (index, currency) in all.iter().enumerate() {
            let found = variant.price_in(*currency).map(|price| price.currency());
            prop_assert_eq!(found, picks.contains(&index).then_some(*currency));
        }
    }
}
