//! The ways of people through the shop, and what must hold whatever happens.

mod coupons;
mod dead_letters;
mod flash_sale;
mod from_cart_to_order;
mod lockout;
mod login_timing;
mod payments;
mod purchase;
mod returns;
mod sessions;
