//! Pricing: its endpoints and consumers.

use serde_json::{Value, json};

use crate::shop::{Answer, Person, Shop, product, with};

mod create_promotion;
mod create_shipping_zone;
mod create_tax_zone;
mod delete_promotion;
mod delete_shipping_zone;
mod delete_tax_zone;
mod get_promotion;
mod get_shipping_zone;
mod get_tax_zone;
mod list_promotions;
mod list_shipping_zones;
mod list_tax_zones;
mod preview_price;
mod release_coupon;
mod replace_promotion;
mod replace_shipping_zone;
mod replace_tax_zone;
mod sweep_redemptions;

pub(crate) const TAX_ZONES: &str = "/api/v1/tax-zones";
pub(crate) const SHIPPING_ZONES: &str = "/api/v1/shipping-zones";
pub(crate) const PROMOTIONS: &str = "/api/v1/promotions";
pub(crate) const PREVIEWS: &str = "/api/v1/price-previews";

/// A zone that puts so much on top of prices of standard goods in a country.
pub(crate) fn tax_zone(country: &str, rate_ppm: u32) -> Value {
    json!({
        "name": format!("Taxes of {country}"),
        "territories": [{"country": country}],
        "pricesIncludeTax": false,
        "rates": [{"category": "standard", "name": "VAT", "ratePpm": rate_ppm}],
    })
}

/// A zone that is sent to for so many cents.
pub(crate) fn shipping_zone(country: &str, cents: i64) -> Value {
    let price = json!({"amount": cents, "currency": "EUR"});
    json!({
        "name": format!("Parcels to {country}"),
        "territories": [{"country": country}],
        "methods": [{"code": "parcel", "name": "Parcel", "rates": [{"price": price}]}],
    })
}

/// A coupon for 10 %.
pub(crate) fn coupon(code: &str) -> Value {
    json!({
        "name": format!("10 % with {code}"),
        "code": code,
        "effect": {"type": "percentOff", "ratePpm": 100_000},
    })
}

/// Makes something, and answers with it.
pub(crate) async fn made(person: &Person<'_>, path: &str, body: &Value) -> Answer {
    let created = person.post(path, body).await;
    assert_eq!(created.status, 201, "{created:?}");
    created
}

/// How often a promotion was used, and its version.
pub(crate) async fn uses(shop: &Shop, id: &str) -> (u64, u64) {
    let read = shop.admin().await.get(&format!("{PROMOTIONS}/{id}")).await;
    let data = read.json()["data"].clone();
    let number = |name: &str| data[name].as_u64().expect("a number");
    (number("uses"), number("version"))
}

/// A product in several currencies, with plenty of it.
pub(crate) async fn sold_abroad(shop: &Shop, sku: &str, prices: &Value) {
    let body = with(
        product(sku, 0),
        &json!({"variants": [{"sku": sku, "prices": prices}]}),
    );
    let admin = shop.admin().await;
    made(&admin, "/api/v1/products", &body).await;
    let path = format!("/api/v1/inventory/{sku}/adjustments");
    made(&admin, &path, &json!({"delta": 1000, "reason": "count"})).await;
}
