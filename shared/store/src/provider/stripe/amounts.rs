//! Amounts as Stripe counts them (<https://docs.stripe.com/currencies>), which is not always as ISO 4217
//! does.

use domain::currency::Currency;
use domain::money::Money;
use domain::rule::Broken;

/// Currencies without decimals at Stripe.
const NO_DECIMALS: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Currencies without decimals that Stripe, for the sake of old clients, wants with two that are zero.
const TWO_ZEROES: [&str; 2] = ["ISK", "UGX"];
/// Currencies with three decimals, the last of which must be zero.
const LAST_ZERO: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];
/// Currencies that Stripe takes no payments in, among those that it would count in an unusual way.
const NOT_TAKEN: [&str; 5] = ["IQD", "LYD", "CLF", "UYI", "UYW"];
/// The most that an amount may be: eight digits.
const MOST: i64 = 99_999_999;
/// The least that is charged, in Stripe's smallest unit, where Stripe publishes it
/// (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
const LEAST: [(&str, i64); 24] = [
    ("AED", 200),
    ("AUD", 50),
    ("BGN", 100),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1_500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1_000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1_000),
    ("USD", 50),
];

/// How Stripe's smallest unit relates to ours.
enum Scale {
    Same,
    /// Ours is so many of theirs.
    Times(i64),
    /// Theirs is so many of ours.
    Per(i64),
    /// As ours, in whole multiples of so many.
    MultiplesOf(i64),
}

fn scale(currency: Currency) -> Option<Scale> {
    let code = currency.code();
    if NOT_TAKEN.contains(&code) {
        return None;
    }
    if TWO_ZEROES.contains(&code) {
        return Some(Scale::Times(100));
    }
    if LAST_ZERO.contains(&code) {
        return Some(Scale::MultiplesOf(10));
    }
    Some(match (NO_DECIMALS.contains(&code), currency.exponent()) {
        (true, 2) => Scale::Per(100),
        _ => Scale::Same,
    })
}

/// Whether Stripe can charge an amount.
///
/// # Errors
/// What keeps it from that.
pub(super) fn can_charge(amount: Money) -> Result<(), Broken> {
    const SMALL: Broken = Broken("is less than the payment provider charges");
    let theirs = to_stripe(amount)?;
    let code = amount.currency().code();
    let least = LEAST.iter().find(|(currency, _)| *currency == code);
    match least {
        Some((_, least)) if theirs < *least => Err(SMALL),
        _ => Ok(()),
    }
}

/// The amount in Stripe's smallest unit.
///
/// # Errors
/// What keeps Stripe from charging it.
pub(super) fn to_stripe(amount: Money) -> Result<i64, Broken> {
    const TAKEN: Broken = Broken("is in a currency that the payment provider does not take");
    const EXACT: Broken =
        Broken("is no whole amount of the smallest unit the payment provider takes");
    const SIZE: Broken = Broken("is more than the payment provider takes at once");
    let ours = amount.amount();
    let theirs = match scale(amount.currency()).ok_or(TAKEN)? {
        Scale::Same => ours,
        Scale::Times(factor) => ours.checked_mul(factor).ok_or(SIZE)?,
        Scale::Per(unit) if ours % unit == 0 => ours / unit,
        Scale::MultiplesOf(unit) if ours % unit == 0 => ours,
        Scale::Per(_) | Scale::MultiplesOf(_) => return Err(EXACT),
    };
    match theirs {
        1..=MOST => Ok(theirs),
        _ => Err(SIZE),
    }
}

/// An amount that Stripe tells of.
pub(super) fn from_stripe(theirs: i64, currency: &str) -> Option<Money> {
    let currency = Currency::parse(&currency.to_ascii_uppercase()).ok()?;
    let ours = match scale(currency)? {
        Scale::Same | Scale::MultiplesOf(_) => theirs,
        Scale::Times(factor) => theirs / factor,
        Scale::Per(unit) => theirs.checked_mul(unit)?,
    };
    Money::new(ours, currency).ok()
}

#[cfg(test)]
mod tests {
    use super::{can_charge, from_stripe, to_stripe};
    use domain::currency::Currency;
    use domain::money::Money;

    fn money(amount: i64, code: &str) -> Money {
        Money::new(amount, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn amounts_go_there_and_come_back() {
        for (ours, code, theirs) in [
            (1_999, "EUR", 1_999),
            (500, "JPY", 500),
            (5, "ISK", 500),
            (5, "UGX", 500),
            (1_045, "HUF", 1_045),
            (80_045, "TWD", 80_045),
            (5_120, "KWD", 5_120),
            (500, "MGA", 5),
        ] {
            let amount = money(ours, code);
            assert_eq!(to_stripe(amount), Ok(theirs), "{amount}");
            assert_eq!(from_stripe(theirs, &code.to_lowercase()), Some(amount));
        }
    }

    #[test]
    fn what_stripe_cannot_charge_is_refused() {
        for (amount, code) in [
            (5_124, "KWD"),
            (501, "MGA"),
            (1_000, "IQD"),
            (1_000, "CLF"),
            (0, "EUR"),
            (100_000_000, "EUR"),
        ] {
            assert!(to_stripe(money(amount, code)).is_err(), "{amount} {code}");
            assert!(can_charge(money(amount, code)).is_err(), "{amount} {code}");
        }
    }

    #[test]
    fn what_is_less_than_stripe_charges_is_refused_and_can_be_given_back() {
        for (least, code) in [(50, "EUR"), (30, "GBP"), (1_500, "CZK"), (50, "JPY")] {
            assert!(can_charge(money(least, code)).is_ok(), "{least} {code}");
            assert!(can_charge(money(least - 1, code)).is_err(), "{code}");
            assert_eq!(to_stripe(money(1, code)), Ok(1));
        }
    }
}
