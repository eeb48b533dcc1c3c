//! Carts: what guests and customers think of buying, priced anew whenever somebody looks. Owns the
//! routes below `/carts`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod cart;
mod create_cart;
mod delete_cart;
mod delete_cart_coupon;
mod delete_cart_item;
mod get_cart;
mod join_cart;
mod list_carts;
mod merge_carts;
mod put_cart_coupon;
mod put_cart_item;
mod put_cart_shipping;
mod seen;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(create_cart::CreateCart),
    endpoint!(delete_cart::DeleteCart),
    endpoint!(delete_cart_coupon::DeleteCartCoupon),
    endpoint!(delete_cart_item::DeleteCartItem),
    endpoint!(get_cart::GetCart),
    endpoint!(list_carts::ListCarts),
    endpoint!(merge_carts::MergeCarts),
    endpoint!(put_cart_coupon::PutCartCoupon),
    endpoint!(put_cart_item::PutCartItem),
    endpoint!(put_cart_shipping::PutCartShipping),
    consumer!(join_cart::JoinCart),
];
