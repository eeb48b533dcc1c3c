//! Carts.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::cart::{Cart, CartError, CartItem, Change, LIFETIME, Standing};
use domain::id::{CartId, UserId};
use domain::pricing::MAX_LINES;
use domain::pricing::promotion::CouponCode;
use domain::{Currency, Quantity, Slug};

use crate::given::{address, euros, now, sku};

const ADA: UserId = UserId::from_u128(1);
const EVE: UserId = UserId::from_u128(2);

fn cart(id: u128) -> Cart {
    Cart::new(CartId::from_u128(id), None, Currency::EUR, now())
}

fn units(units: u32) -> Quantity {
    Quantity::try_from(units).unwrap()
}

fn with(cart: &Cart, name: &str, count: u32, cents: i64) -> Cart {
    cart.put(&sku(name), units(count), euros(cents), now())
        .unwrap()
}

fn contents(cart: &Cart) -> Vec<(&str, u32)> {
    cart.items
        .iter()
        .map(|item| (item.sku.as_str(), item.quantity.get()))
        .collect()
}

#[test]
fn a_sku_stands_in_it_once_and_in_its_place() {
    let cart = with(
        &with(&with(&cart(1), "mug", 1, 100), "tee", 1, 200),
        "mug",
        5,
        110,
    );
    assert_eq!(contents(&cart), [("mug", 5), ("tee", 1)]);
    assert_eq!(cart.items[0].accepted_price, euros(110));
    assert_eq!(cart.version, 4);
    let without = cart.take_out(&sku("mug"), now()).unwrap();
    assert_eq!(contents(&without), [("tee", 1)]);
    assert_eq!(
        without.take_out(&sku("mug"), now()),
        Err(CartError::NotInIt)
    );
}

#[test]
fn it_holds_as_many_lines_as_an_order() {
    let full = (0..MAX_LINES).fold(cart(1), |cart, n| with(&cart, &format!("s{n}"), 1, 1));
    let more = full.put(&sku("one-more"), units(1), euros(1), now());
    assert_eq!(more, Err(CartError::Full));
    assert!(full.put(&sku("s0"), units(2), euros(1), now()).is_ok());
}

#[test]
fn a_guests_is_open_to_its_holder_and_a_customers_to_nobody_else() {
    let guests = cart(1);
    assert!(guests.is_open_to(None) && guests.is_open_to(Some(EVE)));
    let adas = guests.adopted(ADA, now());
    assert!(adas.is_open_to(Some(ADA)));
    assert!(!adas.is_open_to(Some(EVE)) && !adas.is_open_to(None));
}

#[test]
fn every_change_keeps_it_for_another_month() {
    let later = now().plus(Duration::from_secs(60));
    let cart = cart(1);
    assert!(!cart.is_over(now()));
    assert!(cart.is_over(now().plus(LIFETIME)));
    let changed = cart.with_coupon(None, later);
    assert!(!changed.is_over(now().plus(LIFETIME)));
}

#[test]
fn what_changed_is_told_and_nothing_else() {
    let item = CartItem {
        sku: sku("mug"),
        quantity: units(3),
        accepted_price: euros(100),
    };
    let changes = |cents: Option<i64>, available| {
        item.changes(Standing {
            price: cents.map(euros),
            available,
        })
    };
    assert_eq!(changes(Some(100), Some(3)), []);
    assert_eq!(changes(Some(100), None), []);
    assert_eq!(
        changes(Some(90), Some(2)),
        [
            Change::PriceChanged {
                from: euros(100),
                to: euros(90)
            },
            Change::NotEnough {
                requested: 3,
                available: 2
            },
        ]
    );
    assert_eq!(changes(None, Some(0)), [Change::Unavailable]);
}

#[test]
fn two_become_one_and_nothing_is_lost() {
    let code = |text| CouponCode::parse(text).unwrap();
    let theirs = with(&with(&cart(1), "mug", 1, 100), "tee", 998, 200);
    let brought = with(
        &with(&with(&cart(2), "tee", 5, 210), "cap", 2, 300),
        "mug",
        2,
        90,
    )
    .with_coupon(Some(code("SPRING")), now())
    .sent(address(), None, now());
    let merged = theirs.merged(&brought, now()).unwrap();
    assert_eq!(contents(&merged), [("mug", 3), ("tee", 999), ("cap", 2)]);
    assert_eq!(merged.coupon, Some(code("SPRING")));
    assert_eq!(merged.address, Some(address()));
    assert_eq!(merged.id, theirs.id);
    // What their own cart says comes first, prices included.
    assert_eq!(merged.items[0].accepted_price, euros(100));
    let kept = merged
        .merged(&cart(3).with_coupon(Some(code("OTHER")), now()), now())
        .unwrap();
    assert_eq!(kept.coupon, Some(code("SPRING")));
}

#[test]
fn two_that_cannot_be_one_stay_two() {
    let full = (0..MAX_LINES).fold(cart(1), |cart, n| with(&cart, &format!("s{n}"), 1, 1));
    let other = with(&cart(2), "one-more", 1, 1);
    assert_eq!(full.merged(&other, now()), Err(CartError::Full));
    let yen = Currency::parse("JPY").unwrap();
    let foreign = Cart::new(CartId::from_u128(3), None, yen, now());
    assert_eq!(
        other.merged(&foreign, now()),
        Err(CartError::OtherCurrency {
            expected: Currency::EUR,
            actual: yen
        })
    );
}

#[test]
fn a_change_changes_what_it_says_and_counts() {
    let later = now().plus(Duration::from_secs(60));
    let method = Slug::parse("express").ok();
    let before = with(&cart(1), "mug", 1, 100);
    let sent = before.sent(address(), method.clone(), later);
    assert_eq!(
        sent,
        Cart {
            address: Some(address()),
            method: method.clone(),
            expires_at: later.plus(LIFETIME),
            version: before.version + 1,
            updated_at: later,
            ..before.clone()
        }
    );
    assert_eq!(before.skus(), BTreeSet::from([sku("mug")]));
    // A way of sending belongs to its address: that of the cart that has one.
    let merged = before.merged(&sent, later).unwrap();
    assert_eq!(
        (&merged.address, &merged.method),
        (&sent.address, &sent.method)
    );
    let kept = sent.merged(&cart(2).sent(address(), None, now()), later);
    assert_eq!(kept.unwrap().method, method);
}

#[test]
fn two_may_fill_one_to_the_last_line() {
    let nearly = (1..MAX_LINES).fold(cart(1), |cart, n| with(&cart, &format!("s{n}"), 1, 1));
    let merged = nearly.merged(&with(&cart(2), "last", 1, 1), now());
    assert_eq!(merged.unwrap().items.len(), MAX_LINES);
}

#[test]
fn it_is_kept_for_thirty_days() {
    assert_eq!(LIFETIME.as_secs(), 2_592_000);
}
