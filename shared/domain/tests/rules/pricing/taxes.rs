//! Tax.

use domain::Money;
use domain::pricing::tax::TaxZone;
use domain::pricing::{Item, Tariff, Wishes};

use super::{
    Wanted, category, flat, quoted, shipping_zone, tax_zone, territory, title, to, wanted,
};
use crate::given::{euros, item};

fn german() -> TaxZone {
    let rates = [("standard", "VAT", 190_000), ("books", "VAT", 70_000)];
    tax_zone(1, vec![territory("DE", None)], true, &rates)
}

fn taxed(zones: Vec<TaxZone>) -> Tariff {
    Tariff {
        tax_zones: zones,
        ..Tariff::default()
    }
}

fn sent(items: Vec<Item>, country: &str, region: Option<&str>) -> Wanted {
    let wanted = wanted(items);
    Wanted {
        wishes: Wishes {
            destination: Some(to(country, region)),
            ..wanted.wishes
        },
        ..wanted
    }
}

#[test]
fn prices_may_contain_the_tax() {
    let quote = quoted(
        &sent(vec![item("mug", 1, 11_900)], "DE", None),
        &taxed(vec![german()]),
    );
    assert_eq!(quote.sums.tax, euros(1_900));
    assert_eq!(quote.sums.total, euros(11_900));
    assert_eq!(quote.lines[0].total, euros(11_900));
    assert!(quote.sums.tax_included);
    let tax = &quote.lines[0].taxes[0];
    assert_eq!((&tax.name, tax.amount), (&title("VAT"), euros(1_900)));
}

#[test]
fn tax_may_come_on_top() {
    let state = tax_zone(
        1,
        vec![territory("US", Some("New York"))],
        false,
        &[("standard", "Sales tax", 88_750)],
    );
    let quote = quoted(
        &sent(vec![item("mug", 1, 10_000)], "US", Some("new york")),
        &taxed(vec![state]),
    );
    // 8.875 % of 100.00 is 8.875, which rounds to 8.88.
    assert_eq!(quote.sums.tax, euros(888));
    assert_eq!(quote.sums.total, euros(10_888));
    assert_eq!(quote.lines[0].total, euros(10_888));
}

#[test]
fn each_kind_of_goods_has_its_rate() {
    let book = Item {
        tax_category: category("books"),
        ..item("book", 1, 10_700)
    };
    let gift_card = Item {
        tax_category: category("untaxed"),
        ..item("card", 1, 5_000)
    };
    let goods = vec![item("mug", 1, 11_900), book, gift_card];
    let quote = quoted(&sent(goods, "DE", None), &taxed(vec![german()]));
    let taxes: Vec<i64> = quote.lines.iter().map(|line| line.tax.amount()).collect();
    assert_eq!(taxes, [1_900, 700, 0]);
    assert!(quote.lines[2].taxes.is_empty());
}

#[test]
fn several_rates_on_one_kind_add_up() {
    let quebec = tax_zone(
        1,
        vec![territory("CA", Some("QC"))],
        false,
        &[("standard", "GST", 50_000), ("standard", "QST", 99_750)],
    );
    let quote = quoted(
        &sent(vec![item("mug", 1, 10_000)], "CA", Some("QC")),
        &taxed(vec![quebec]),
    );
    let taxes: Vec<(&str, i64)> = quote.lines[0]
        .taxes
        .iter()
        .map(|tax| (tax.name.as_str(), tax.amount.amount()))
        .collect();
    // 14.975 % of 100.00 is 14.975, rounded to 14.98, and spread.
    assert_eq!(taxes, [("GST", 500), ("QST", 998)]);
    assert_eq!(quote.sums.tax, euros(1_498));
}

#[test]
fn tax_is_rounded_once_for_all_lines_of_a_rate() {
    let net = TaxZone {
        prices_include_tax: false,
        ..german()
    };
    let goods = (0..3).map(|n| item(&format!("s{n}"), 1, 10)).collect();
    let quote = quoted(&sent(goods, "DE", None), &taxed(vec![net]));
    // 19 % of 0.10 is 0.019, which would thrice be 0.02; 19 % of 0.30 is 0.057.
    assert_eq!(quote.sums.tax, euros(6));
    let goods = (0..3).map(|n| item(&format!("s{n}"), 1, 7)).collect();
    let quote = quoted(
        &sent(goods, "DE", None),
        &taxed(vec![TaxZone {
            prices_include_tax: false,
            ..german()
        }]),
    );
    // 0.0399 rounds to 0.04, one line gets a cent more than the others.
    let taxes: Vec<i64> = quote.lines.iter().map(|line| line.tax.amount()).collect();
    assert_eq!(taxes, [2, 1, 1]);
}

#[test]
fn the_closest_zone_counts() {
    let world = tax_zone(1, Vec::new(), false, &[("standard", "World", 10_000)]);
    let country = tax_zone(
        2,
        vec![territory("US", None)],
        false,
        &[("standard", "Country", 20_000)],
    );
    let region = tax_zone(
        3,
        vec![territory("US", Some("TX"))],
        false,
        &[("standard", "Region", 30_000)],
    );
    let tariff = taxed(vec![world, country, region]);
    let tax = |country, region| {
        quoted(&sent(vec![item("mug", 1, 100)], country, region), &tariff)
            .sums
            .tax
            .amount()
    };
    assert_eq!(tax("FR", None), 1);
    assert_eq!(tax("US", None), 2);
    assert_eq!(tax("US", Some("CA")), 2);
    assert_eq!(tax("US", Some("tx")), 3);
}

#[test]
fn of_zones_that_fit_as_well_the_first_counts() {
    let of = |ppm| {
        let rates = [("standard", "VAT", ppm)];
        tax_zone(1, vec![territory("DE", None)], false, &rates)
    };
    let tariff = taxed(vec![of(190_000), of(70_000)]);
    let quote = quoted(&sent(vec![item("mug", 1, 100)], "DE", None), &tariff);
    assert_eq!(quote.sums.tax, euros(19));
}

#[test]
fn where_no_zone_is_there_is_no_tax_and_without_an_address_neither() {
    let tariff = taxed(vec![german()]);
    let abroad = quoted(&sent(vec![item("mug", 1, 100)], "FR", None), &tariff);
    assert_eq!(abroad.sums.tax, euros(0));
    assert_eq!(abroad.sums.total, euros(100));
    let nowhere = quoted(&wanted(vec![item("mug", 1, 100)]), &tariff);
    assert_eq!(nowhere.sums.tax, euros(0));
}

#[test]
fn shipping_is_taxed_as_the_zone_says() {
    let tariff = |zone: TaxZone| Tariff {
        tax_zones: vec![zone],
        shipping_zones: vec![shipping_zone(
            1,
            Vec::new(),
            vec![flat("post", 1_190, None)],
        )],
        promotions: Vec::new(),
    };
    let goods = || sent(vec![item("mug", 1, 11_900)], "DE", None);
    let quote = quoted(&goods(), &tariff(german()));
    assert_eq!(quote.sums.shipping_tax, euros(190));
    assert_eq!(quote.sums.tax, euros(2_090));
    assert_eq!(quote.sums.total, euros(13_090));
    let shipping = quote.shipping.unwrap();
    let taxes: Vec<Money> = shipping.taxes.iter().map(|tax| tax.amount).collect();
    assert_eq!(taxes, [euros(190)]);
    let untaxed = TaxZone {
        shipping_category: None,
        ..german()
    };
    let quote = quoted(&goods(), &tariff(untaxed));
    assert_eq!(quote.sums.shipping_tax, euros(0));
    assert_eq!(quote.sums.tax, euros(1_900));
}

#[test]
fn a_zone_names_what_is_wrong_with_it() {
    let zone = TaxZone {
        territories: vec![territory("DE", None), territory("DE", None)],
        ..tax_zone(
            1,
            Vec::new(),
            true,
            &[("standard", "VAT", 1), ("standard", "VAT", 2)],
        )
    };
    let faults: Vec<String> = zone.faults().iter().map(ToString::to_string).collect();
    assert_eq!(
        faults,
        [
            "territories[1]: must occur only once",
            "rates[1].name: must be unique within its category"
        ]
    );
}

#[test]
fn a_zone_has_at_most_50_rates_and_300_territories() {
    let faults =
        |zone: TaxZone| -> Vec<String> { zone.faults().iter().map(ToString::to_string).collect() };
    let rates = |count: usize| {
        let names: Vec<String> = (0..count).map(|number| format!("VAT {number}")).collect();
        let rates: Vec<_> = names
            .iter()
            .map(|name| ("standard", name.as_str(), 1))
            .collect();
        faults(tax_zone(1, Vec::new(), true, &rates))
    };
    assert_eq!(rates(50), [""; 0]);
    assert_eq!(rates(51), ["rates: must have at most 50 entries"]);
    let territories = |count: usize| {
        let regions = (0..count).map(|number| format!("R{number}"));
        let all = regions.map(|region| territory("US", Some(&region)));
        faults(tax_zone(1, all.collect(), true, &[]))
    };
    assert_eq!(territories(300), [""; 0]);
    assert_eq!(
        territories(301),
        ["territories: must have at most 300 entries"]
    );
    assert_eq!(
        faults(german()),
        [""; 0],
        "a name may stand in each category"
    );
}
