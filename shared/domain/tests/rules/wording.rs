//! What is wrong is said in words that a person can use.

use std::collections::HashSet;
use std::fmt::Display;

use domain::cart::CartError;
use domain::category::Misplaced;
use domain::notification::AccountMailOff;
use domain::order::{GoodsError, OrderError, OrderStatus, PaymentStatus, RefundError};
use domain::payment::PaymentError;
use domain::pricing::promotion::Unmet;
use domain::pricing::{BasketError, QuoteError};
use domain::stock::{HoldState, Shortage, StockError};
use domain::user::Untouchable;
use domain::{Broken, Country, Currency, MoneyError, OrderId, Quantity};

use crate::given::{euros, sku};

#[track_caller]
fn says(error: &dyn Display, words: &str) {
    assert_eq!(error.to_string(), words);
}

fn yen() -> Currency {
    Currency::parse("JPY").unwrap()
}

#[test]
fn of_carts_and_categories() {
    says(&CartError::Full, "a cart may have 25 lines");
    says(&CartError::NotInIt, "that is not in the cart");
    let other = CartError::OtherCurrency {
        expected: Currency::EUR,
        actual: yen(),
    };
    says(&other, "a cart in JPY cannot join one in EUR");
    let below = "must be neither the category itself nor one below it";
    says(&Misplaced::BelowItself, below);
    says(
        &Misplaced::TooDeep,
        "must leave the tree with at most 5 levels",
    );
}

#[test]
fn of_prices() {
    says(&BasketError::Empty, "an order must have at least one line");
    let lines = BasketError::TooManyLines { count: 26, max: 25 };
    says(&lines, "an order may have 25 lines, this one has 26");
    says(&QuoteError::NotDelivered, "the shop does not deliver there");
    says(&Unmet::NotYet, "is not valid yet");
    let minimum = Unmet::BelowMinimum(euros(150));
    says(&minimum, "is for goods of 1.50 EUR or more");
}

#[test]
fn of_money() {
    says(&MoneyError::Overflow, "the amount is too large");
    let mismatch = MoneyError::CurrencyMismatch {
        expected: Currency::EUR,
        actual: yen(),
    };
    says(&mismatch, "an amount in JPY cannot join one in EUR");
    says(&PaymentError::Amount { left: euros(0) }, "nothing is left");
    let amount = PaymentError::Amount { left: euros(150) };
    says(
        &amount,
        "must be 1 to 150 minor units of EUR: 1.50 EUR is left",
    );
}

#[test]
fn of_orders_and_stock() {
    let state = OrderError::InvalidState {
        from: OrderStatus::Cancelled,
        to: OrderStatus::Confirmed,
    };
    says(&state, "the order is cancelled and cannot become confirmed");
    let mismatch = OrderError::AmountMismatch {
        expected: euros(100),
        actual: euros(99),
    };
    says(&mismatch, "the order knows of 1.00 EUR, not of 0.99 EUR");
    let barred = GoodsError::Barred {
        status: OrderStatus::Expired,
        allowed: &[OrderStatus::Confirmed],
    };
    says(
        &barred,
        "the order is expired; it must be confirmed for that",
    );
    let unpaid = RefundError::Unpaid {
        status: PaymentStatus::Unpaid,
    };
    says(&unpaid, "the order's payment is unpaid: nothing was taken");
    let short = Shortage {
        sku: sku("tee"),
        requested: 2,
        available: 1,
    };
    says(
        &StockError::Short(short),
        "2 units of tee are wanted, 1 are free",
    );
    let order = OrderId::from_u128(1);
    let settled = StockError::AlreadySettled {
        order,
        state: HoldState::Released,
    };
    says(
        &settled,
        &format!("the hold of order {order} is already released"),
    );
}

#[test]
fn of_accounts() {
    says(
        &AccountMailOff,
        "must be true: mail about the account protects it",
    );
    says(&Untouchable::OwnAccount, "nobody can erase themselves");
    says(&Broken("must be short"), "must be short");
}

#[test]
fn of_values() {
    says(&Quantity::try_from(7_u32).unwrap(), "7");
    let country = Country::parse("DE").unwrap();
    says(&country, "DE");
    assert_eq!(format!("{country:?} {:?}", Currency::EUR), "DE EUR");
}

#[test]
fn currencies_are_told_apart_and_put_in_order() {
    assert!(Currency::EUR < yen());
    assert_eq!(
        Currency::EUR.partial_cmp(&yen()),
        Some(std::cmp::Ordering::Less)
    );
    let all: HashSet<Currency> = Currency::all().collect();
    assert_eq!(all.len(), Currency::all().count());
    assert!(all.contains(&yen()));
    let hash = |currency: Currency| {
        use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
        BuildHasherDefault::<DefaultHasher>::default().hash_one(currency)
    };
    assert_ne!(hash(Currency::EUR), hash(yen()));
}
