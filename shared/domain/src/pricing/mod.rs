//! What a basket comes to: discounts, shipping, tax, and how they spread over its lines.
//!
//! A [`Basket`] and the buyer's [`Wishes`] meet the shop's [`Tariff`] and become a [`Quote`], in this
//! order:
//!
//! 1. each line's units at their price;
//! 2. less what promotions take off ([`promotion`]);
//! 3. what sending costs, which may depend on weight and on what is left after discounts ([`shipping`]);
//! 4. tax on what is left of the lines and on shipping, at the rates of where it goes ([`tax`]).
//!
//! There is one rounding rule: an amount is rounded once, half a minor unit away from zero, where a
//! rate meets the sum that it applies to; then it is spread over the lines by largest remainder, so
//! that lines always sum to totals ([`crate::money::Money::split`]).

mod basket;
mod discount;
pub mod promotion;
mod quote;
mod rate;
pub mod redemption;
pub mod shipping;
pub mod tax;
mod zone;

pub use basket::{Basket, BasketError, Coupon, Item, MAX_LINES, Tariff, Wishes};
pub use discount::{Applied, LineDiscount};
pub use quote::{CouponOutcome, Quote, QuoteError, QuoteLine, QuotedShipping, Sums};
pub use rate::Rate;
pub use tax::AppliedTax;
pub use zone::{Destination, MAX_TERRITORIES, Territory};
