//! The ways of people through the shop, and what must hold whatever happens.

mod dead_letters;
mod flash_sale;
mod lockout;
mod login_timing;
mod purchase;
mod sessions;
