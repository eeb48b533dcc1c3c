//! Pricing: tax zones, shipping zones, promotions and their coupons, and what a basket comes to. Owns
//! the routes below `/tax-zones`, `/shipping-zones`, `/promotions` and `/price-previews`; may depend
//! on `domain`, `store` and `edge`; must never know another service's functions.

use edge::{Function, consumer, endpoint};

mod create_promotion;
mod create_shipping_zone;
mod create_tax_zone;
mod delete_promotion;
mod delete_shipping_zone;
mod delete_tax_zone;
mod faults;
mod get_promotion;
mod get_shipping_zone;
mod get_tax_zone;
mod giving_back;
mod list_promotions;
mod list_shipping_zones;
mod list_tax_zones;
mod preview_price;
mod promotion;
mod quote;
mod release_coupon;
mod replace_promotion;
mod replace_shipping_zone;
mod replace_tax_zone;
mod shipping_zone;
mod sweep_redemptions;
mod tax_zone;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(create_promotion::CreatePromotion),
    endpoint!(create_shipping_zone::CreateShippingZone),
    endpoint!(create_tax_zone::CreateTaxZone),
    endpoint!(delete_promotion::DeletePromotion),
    endpoint!(delete_shipping_zone::DeleteShippingZone),
    endpoint!(delete_tax_zone::DeleteTaxZone),
    endpoint!(get_promotion::GetPromotion),
    endpoint!(get_shipping_zone::GetShippingZone),
    endpoint!(get_tax_zone::GetTaxZone),
    endpoint!(list_promotions::ListPromotions),
    endpoint!(list_shipping_zones::ListShippingZones),
    endpoint!(list_tax_zones::ListTaxZones),
    endpoint!(preview_price::PreviewPrice),
    consumer!(release_coupon::ReleaseCoupon),
    endpoint!(replace_promotion::ReplacePromotion),
    endpoint!(replace_shipping_zone::ReplaceShippingZone),
    endpoint!(replace_tax_zone::ReplaceTaxZone),
    consumer!(sweep_redemptions::SweepRedemptions),
];
