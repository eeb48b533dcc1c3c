//! What products and offers are stored as.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{CategoryId, ProductId};
use domain::money::Money;
use domain::product::{Product, ProductStatus, Variant};
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};

use super::Offer;
use crate::packed::{Packed, as_text};

/// The form that products are written in: 2 has the variants as one text; 1 had attributes for all of them,
/// which a page of products takes long to read.
const VERSION: u8 = 2;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProductItem {
    v: u8,
    id: ProductId,
    name: Title,
    slug: Slug,
    description: Description,
    status: ProductStatus,
    category: Option<CategoryId>,
    #[serde(serialize_with = "as_text")]
    variants: Packed<Vec<VariantItem>>,
    images: Vec<ImageUrl>,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantItem {
    sku: Sku,
    options: BTreeMap<OptionName, OptionValue>,
    prices: Vec<Money>,
    weight_grams: u32,
    tax_category: TaxCategory,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OfferItem {
    v: u8,
    sku: Sku,
    product: ProductId,
    name: Title,
    status: ProductStatus,
    options: BTreeMap<OptionName, OptionValue>,
    prices: Vec<Money>,
    /// This and what follows was not written down at first: such offers are of goods that weigh
    /// nothing, are taxed as most are, and are in no category.
    #[serde(default)]
    weight_grams: u32,
    #[serde(default)]
    tax_category: TaxCategory,
    #[serde(default)]
    category: Option<CategoryId>,
}

/// Whose a slug is, or was.
#[derive(Serialize, Deserialize)]
pub(super) struct SlugItem {
    pub(super) v: u8,
    pub(super) product: ProductId,
    /// That it is no longer the product's own, and free for others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) former: bool,
}

impl From<&Product> for ProductItem {
    fn from(product: &Product) -> Self {
        let Product {
            id,
            name,
            slug,
            description,
            status,
            category,
            variants,
            images,
            version,
            created_at,
            updated_at,
        } = product.clone();
        Self {
            v: VERSION,
            id,
            name,
            slug,
            description,
            status,
            category,
            variants: Packed(variants.into_iter().map(VariantItem::from).collect()),
            images,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<ProductItem> for Product {
    fn from(item: ProductItem) -> Self {
        let ProductItem {
            v: _,
            id,
            name,
            slug,
            description,
            status,
            category,
            variants: Packed(variants),
            images,
            version,
            created_at,
            updated_at,
        } = item;
        Self {
            id,
            name,
            slug,
            description,
            status,
            category,
            variants: variants.into_iter().map(Variant::from).collect(),
            images,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<Variant> for VariantItem {
    fn from(variant: Variant) -> Self {
        let Variant {
            sku,
            options,
            prices,
            weight_grams,
            tax_category,
        } = variant;
        Self {
            sku,
            options,
            prices,
            weight_grams,
            tax_category,
        }
    }
}

impl From<VariantItem> for Variant {
    fn from(item: VariantItem) -> Self {
        let VariantItem {
            sku,
            options,
            prices,
            weight_grams,
            tax_category,
        } = item;
        Self {
            sku,
            options,
            prices,
            weight_grams,
            tax_category,
        }
    }
}

impl OfferItem {
    pub(super) fn of(product: &Product, variant: &Variant) -> Self {
        Self {
            v: 1,
            sku: variant.sku.clone(),
            product: product.id,
            name: product.name.clone(),
            status: product.status,
            options: variant.options.clone(),
            prices: variant.prices.clone(),
            weight_grams: variant.weight_grams,
            tax_category: variant.tax_category.clone(),
            category: product.category,
        }
    }
}

impl From<OfferItem> for Offer {
    fn from(item: OfferItem) -> Self {
        let OfferItem {
            v: _,
            sku,
            product,
            name,
            status,
            options,
            prices,
            weight_grams,
            tax_category,
            category,
        } = item;
        Self {
            sku,
            product,
            name,
            status,
            options,
            prices,
            weight_grams,
            tax_category,
            category,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{OfferItem, ProductItem, SlugItem};
    use crate::products::Offer;
    use domain::product::Product;
    use domain::text::TaxCategory;

    const ID: &str = "019bc0b1-4de8-7000-8000-000000100001";

    #[test]
    fn an_offer_of_the_time_before_weights_and_categories_is_read() {
        let item: OfferItem = serde_json::from_value(json!({
            "v": 1,
            "sku": "MUG",
            "product": ID,
            "name": "Mug",
            "status": "active",
            "options": {},
            "prices": [{"amount": 1_490, "currency": "EUR"}],
        }))
        .unwrap();
        let offer = Offer::from(item);
        assert_eq!((offer.weight_grams, offer.category), (0, None));
        assert_eq!(offer.tax_category, TaxCategory::default());
    }

    #[test]
    fn a_product_and_a_slug_of_the_time_before_categories_are_read() {
        let item: ProductItem = serde_json::from_value(json!({
            "v": 1,
            "id": ID,
            "name": "Mug",
            "slug": "mug",
            "description": "",
            "status": "active",
            "category": null,
            "variants": [{
                "sku": "MUG",
                "options": {},
                "prices": [{"amount": 1_490, "currency": "EUR"}],
                "weightGrams": 300,
                "taxCategory": "standard",
            }],
            "images": [],
            "version": 3,
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": "2026-01-01T00:00:00.000Z",
        }))
        .unwrap();
        let product = Product::from(item);
        assert_eq!((product.category, product.variants.len()), (None, 1));
        let stored = serde_json::to_value(ProductItem::from(&product)).unwrap();
        assert_eq!(stored["v"], 2);
        assert!(stored["variants"].is_string(), "{stored}");
        let read: ProductItem = serde_json::from_value(stored).unwrap();
        assert_eq!(Product::from(read), product);
        let slug: SlugItem = serde_json::from_value(json!({"v": 1, "product": ID})).unwrap();
        assert!(!slug.former);
    }
}
