//! Carts that guests of the demo shop have left behind, and its customer's.

use domain::cart::Cart;
use domain::currency::Currency;
use domain::id::CartId;
use domain::money::Money;
use domain::pricing::promotion::CouponCode;
use domain::quantity::Quantity;
use domain::sku::Sku;
use store::Wiring;
use store::carts::{self, Carts};
use store::event::Stamp;

use super::{CUSTOMER, demo_id, needed, unless_there, valid};
use crate::error::OpenError;

/// A guest's cart with two mugs and a coupon in it.
pub const CART: CartId = CartId::from_u128(demo_id(0x50, 1));
/// Another guest's cart, with a desk mat in it.
pub const OTHER_CART: CartId = CartId::from_u128(demo_id(0x50, 2));
/// The demo customer's own cart, with nothing in it.
pub const CUSTOMERS_CART: CartId = CartId::from_u128(demo_id(0x50, 5));
/// Carts that nobody misses: one to be emptied, one to be thrown away, one to be brought
/// along by whoever signs in.
const SPARE_CARTS: [CartId; 3] = [
    CartId::from_u128(demo_id(0x50, 3)),
    CartId::from_u128(demo_id(0x50, 4)),
    CartId::from_u128(demo_id(0x50, 6)),
];

pub(super) async fn leave(wiring: &Wiring, stamp: &Stamp) -> Result<(), OpenError> {
    let carts: Carts<carts::Edit> = needed(wiring).await?;
    let euro = Currency::EUR;
    let [emptied, thrown_away, brought] = SPARE_CARTS;
    for (id, sku, units, cents) in [
        (CART, "MUG-STONE-BLUE", 2_u32, 1_490),
        (OTHER_CART, "MAT-FELT-80", 1, 3_600),
        (emptied, "MAT-FELT-80", 1, 3_600),
        (thrown_away, "MAT-FELT-80", 1, 3_600),
        (brought, "MAT-FELT-80", 1, 3_600),
    ] {
        let price = Money::new(cents, euro).map_err(failed)?;
        let quantity = valid(Quantity::try_from(units))?;
        let filled = Cart::new(id, None, euro, stamp.now)
            .put(&valid(Sku::parse(sku))?, quantity, price, stamp.now)
            .map_err(failed)?;
        let mut tx = carts.begin(stamp);
        // Written down in one go, as if it had never been empty.
        let coupon = (id == CART).then(|| valid(CouponCode::parse("WELCOME10")));
        let cart = Cart {
            version: 1,
            coupon: coupon.transpose()?,
            ..filled
        };
        carts.put(&mut tx, &cart)?;
        unless_there(tx.commit().await)?;
    }
    let theirs = Cart::new(CUSTOMERS_CART, Some(CUSTOMER.id), euro, stamp.now);
    let mut tx = carts.begin(stamp);
    carts.put(&mut tx, &theirs)?;
    unless_there(tx.commit().await)
}

fn failed(error: impl std::fmt::Display) -> OpenError {
    OpenError::Seed(error.to_string())
}
