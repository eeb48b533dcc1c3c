//! Sums and splits of money.

use domain::{Currency, Money, MoneyError, Quantity};
use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

use crate::given::euros;

#[test]
fn prints_with_the_decimals_of_its_currency() {
    let print = |amount, code| {
        let currency = Currency::parse(code).unwrap();
        Money::new(amount, currency).unwrap().to_string()
    };
    assert_eq!(print(1_999, "EUR"), "19.99 EUR");
    assert_eq!(print(123_456, "EUR"), "1234.56 EUR");
    assert_eq!(print(5, "EUR"), "0.05 EUR");
    assert_eq!(print(-5, "EUR"), "-0.05 EUR");
    assert_eq!(print(0, "EUR"), "0.00 EUR");
    assert_eq!(print(1_999, "JPY"), "1999 JPY");
    assert_eq!(print(-1_999, "KWD"), "-1.999 KWD");
    assert_eq!(print(12, "CLF"), "0.0012 CLF");
}

#[test]
fn every_currency_is_found_by_its_code() {
    for currency in Currency::all() {
        let found = Currency::parse(currency.code()).unwrap();
        assert_eq!((found, found.exponent()), (currency, currency.exponent()));
    }
    for odd in ["", "EU", "EURO", "eur", "XXX", "ZZZ", "AAA"] {
        assert!(Currency::parse(odd).is_err(), "{odd}");
    }
}

#[test]
fn never_leaves_its_bounds() {
    let most = euros(Money::MAX_AMOUNT);
    assert_eq!(most.add(euros(1)), Err(MoneyError::Overflow));
    assert_eq!(
        euros(-Money::MAX_AMOUNT).sub(euros(1)),
        Err(MoneyError::Overflow)
    );
    assert_eq!(most.times(2_u32), Err(MoneyError::Overflow));
    assert_eq!(most.times(u32::MAX), Err(MoneyError::Overflow));
    assert_eq!(
        Money::new(i64::MIN, Currency::EUR),
        Err(MoneyError::Overflow)
    );
    assert!(
        serde_json::from_str::<Money>(r#"{"amount":9007199254740992,"currency":"EUR"}"#).is_err()
    );
}

#[test]
fn never_mixes_currencies() {
    let yen = Money::new(100, Currency::parse("JPY").unwrap()).unwrap();
    let mismatch = MoneyError::CurrencyMismatch {
        expected: Currency::EUR,
        actual: yen.currency(),
    };
    assert_eq!(euros(100).add(yen), Err(mismatch));
    assert_eq!(euros(100).sub(yen), Err(mismatch));
    assert_eq!(Money::sum(Currency::EUR, [euros(1), yen]), Err(mismatch));
}

#[test]
fn gives_the_odd_cent_to_the_lowest_index_among_equals() {
    assert_eq!(
        euros(1).split(&[1, 1]).unwrap(),
        [euros(1), euros(0)],
        "one cent for two"
    );
    assert_eq!(
        euros(-100).split(&[1, 1, 1]).unwrap(),
        [euros(-34), euros(-33), euros(-33)]
    );
    assert_eq!(
        euros(10).split(&[1, 3, 3]).unwrap(),
        [euros(2), euros(4), euros(4)],
        "the largest remainder comes before the lowest index"
    );
    assert_eq!(euros(1).split(&[]), Err(MoneyError::NoWeights));
    assert_eq!(euros(1).split(&[0, 0]), Err(MoneyError::NoWeights));
    assert_eq!(euros(0).split(&[0, 0]).unwrap(), [euros(0), euros(0)]);
}

#[test]
fn speaks_json() {
    let text = r#"{"amount":1999,"currency":"EUR"}"#;
    let money: Money = serde_json::from_str(text).unwrap();
    assert_eq!(money, euros(1_999));
    assert_eq!(serde_json::to_string(&money).unwrap(), text);
    for broken in [
        r#"{"amount":19.99,"currency":"EUR"}"#,
        r#"{"amount":"1999","currency":"EUR"}"#,
        r#"{"amount":1999,"currency":"eur"}"#,
        r#"{"amount":1999,"currency":"EUR","cents":0}"#,
        r#"{"amount":1999}"#,
    ] {
        assert!(serde_json::from_str::<Money>(broken).is_err(), "{broken}");
    }
}

const AMOUNTS: std::ops::RangeInclusive<i64> = -Money::MAX_AMOUNT..=Money::MAX_AMOUNT;

proptest! {
    #[test]
    fn parts_sum_to_the_whole_and_are_within_a_cent_of_their_share(
        amount in AMOUNTS,
        weights in prop::collection::vec(prop::num::u64::ANY, 1..40),
    ) {
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        prop_assert!(total > 0);
        let parts = euros(amount).split(&weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(Money::sum(Currency::EUR, parts.iter().copied()), Ok(euros(amount)));
        for (part, weight) in parts.iter().zip(&weights) {
            let scaled = u128::from(part.amount().unsigned_abs()) * total;
            let exact = u128::from(amount.unsigned_abs()) * u128::from(*weight);
            prop_assert!(scaled.abs_diff(exact) < total);
            prop_assert!(part.is_zero() || part.is_negative() == (amount < 0));
        }
    }

    #[test]
    fn nothing_goes_to_a_weight_of_nothing(
        amount in AMOUNTS,
        weights in prop::collection::vec(0_u64..3, 1..20),
    ) {
        match euros(amount).split(&weights) {
            Ok(parts) => for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!(*weight > 0 || part.is_zero());
            },
            Err(error) => {
                prop_assert_eq!(error, MoneyError::NoWeights);
                prop_assert!(weights.iter().all(|weight| *weight == 0));
            }
        }
    }

    #[test]
    fn equal_weights_differ_by_one_and_descend(amount in 0..=Money::MAX_AMOUNT, count in 1_usize..30) {
        let parts = euros(amount).split(&vec![7; count]).unwrap();
        let amounts: Vec<i64> = parts.iter().map(Money::amount).collect();
        prop_assert!(amounts.is_sorted_by(|a, b| a >= b));
        prop_assert!(amounts[0] - amounts[count - 1] <= 1);
    }

    #[test]
    fn what_was_added_can_be_taken_away(a in AMOUNTS, b in AMOUNTS) {
        if let Ok(sum) = euros(a).add(euros(b)) {
            prop_assert_eq!(sum.sub(euros(b)), Ok(euros(a)));
        } else {
            prop_assert!((a + b).abs() > Money::MAX_AMOUNT);
        }
    }

    #[test]
    fn times_is_repeated_addition(amount in -1_000_000_i64..1_000_000, units in 1_u32..=999) {
        let repeated = std::iter::repeat_n(euros(amount), units.try_into().unwrap());
        let quantity = Quantity::try_from(units).unwrap();
        prop_assert_eq!(euros(amount).times(quantity), Money::sum(Currency::EUR, repeated));
    }

    #[test]
    fn survives_json(amount in AMOUNTS, pick in any::<prop::sample::Index>()) {
        let currencies: Vec<Currency> = Currency::all().collect();
        let money = Money::new(amount, *pick.get(&currencies)).unwrap();
        let text = serde_json::to_string(&money).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money);
    }
}
