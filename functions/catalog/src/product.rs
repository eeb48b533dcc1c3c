//! A product on the wire.

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::id::ProductId;
use domain::money::{Money, Price};
use domain::product::{Details, Options, Product, ProductStatus, Variant};
use domain::rule::Fault;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};
use edge::{Code, Failure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A product.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Product")]
pub(crate) struct ProductView {
    /// The product's id.
    id: ProductId,
    /// What it is called.
    name: Title,
    /// Its name in addresses of pages, unique among products.
    slug: Slug,
    /// What it is about; empty if nobody says.
    description: Description,
    /// Who sees it.
    status: ProductStatus,
    /// The slug of its category; null if it is in none.
    category: Option<Slug>,
    /// What can be bought of it.
    #[schemars(length(min = 1, max = 48))]
    variants: Vec<VariantView>,
    /// Where its images are, the most telling one first.
    #[schemars(length(max = 20))]
    images: Vec<ImageUrl>,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was created.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
}

/// One form of a product that can be bought.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Variant")]
pub(crate) struct VariantView {
    /// What it is sold and counted under; unique in the shop.
    sku: Sku,
    /// What tells it from the product's other variants.
    #[schemars(with = "Options")]
    options: BTreeMap<OptionName, OptionValue>,
    /// What it costs, once per currency.
    #[schemars(with = "Vec<Price>", length(min = 1, max = 50))]
    prices: Vec<Money>,
    /// What one unit weighs, packed, in grams.
    #[schemars(range(max = 1_000_000))]
    weight_grams: u32,
    /// How it is taxed.
    tax_category: TaxCategory,
}

impl ProductView {
    /// The product's id.
    pub(crate) fn id(&self) -> ProductId {
        self.id
    }
}

impl From<Product> for ProductView {
    fn from(product: Product) -> Self {
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
        } = product;
        Self {
            id,
            name,
            slug,
            description,
            status,
            category,
            variants: variants.into_iter().map(VariantView::from).collect(),
            images,
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<Variant> for VariantView {
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

/// A product as staff write it: what is left out is cleared.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProductDraft {
    /// Its name, 1 to 100 characters.
    name: Title,
    /// Its name in URLs; made from the name unless given.
    slug: Option<Slug>,
    /// What it is, up to 5,000 characters.
    #[serde(default)]
    description: Option<Description>,
    /// Who sees it; `draft` unless given.
    status: Option<ProductStatus>,
    /// The slug of its category.
    category: Option<Slug>,
    /// What can be bought of it.
    #[schemars(length(min = 1, max = 48))]
    variants: Vec<VariantDraft>,
    /// Where its images are.
    #[schemars(length(max = 20))]
    images: Option<Vec<ImageUrl>>,
}

/// A variant as staff write it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VariantDraft {
    /// What it is sold and counted under; unique in the shop.
    sku: Sku,
    /// What tells it from the product's other variants.
    #[schemars(with = "Option<Options>")]
    options: Option<BTreeMap<OptionName, OptionValue>>,
    /// What it costs, once per currency.
    #[schemars(with = "Vec<Price>", length(min = 1, max = 50))]
    prices: Vec<Money>,
    /// What one unit weighs, in grams.
    #[schemars(range(min = 0, max = 1_000_000))]
    weight_grams: Option<u32>,
    /// How it is taxed; `standard` unless given.
    tax_category: Option<TaxCategory>,
}

impl ProductDraft {
    /// The product's details, with what was left out cleared or made up.
    pub(crate) fn details(&self, id: ProductId) -> Result<Details, Failure> {
        let Self {
            name,
            slug,
            description,
            status,
            category,
            variants,
            images,
        } = self;
        if category.is_some() {
            return Err(Failure::rule(
                "category",
                "must be the slug of an existing category; there is none",
            ));
        }
        Ok(Details {
            name: name.clone(),
            slug: slug.clone().unwrap_or_else(|| Slug::from_title(name, id)),
            description: description.clone().unwrap_or_default(),
            status: status.unwrap_or(ProductStatus::Draft),
            category: None,
            variants: variants.iter().map(VariantDraft::variant).collect(),
            images: images.clone().unwrap_or_default(),
        })
    }
}

/// The draft that would make the product as it stands.
impl From<Product> for ProductDraft {
    fn from(product: Product) -> Self {
        let Product {
            id: _,
            name,
            slug,
            description,
            status,
            category,
            variants,
            images,
            version: _,
            created_at: _,
            updated_at: _,
        } = product;
        Self {
            name,
            slug: Some(slug),
            description: Some(description),
            status: Some(status),
            category,
            variants: variants.into_iter().map(VariantDraft::from).collect(),
            images: Some(images),
        }
    }
}

impl From<Variant> for VariantDraft {
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
            options: Some(options),
            prices,
            weight_grams: Some(weight_grams),
            tax_category: Some(tax_category),
        }
    }
}

impl VariantDraft {
    fn variant(&self) -> Variant {
        let Self {
            sku,
            options,
            prices,
            weight_grams,
            tax_category,
        } = self;
        Variant {
            sku: sku.clone(),
            options: options.clone().unwrap_or_default(),
            prices: prices.clone(),
            weight_grams: weight_grams.unwrap_or(0),
            tax_category: tax_category.clone().unwrap_or_default(),
        }
    }
}

/// The failure that names every rule a product breaks.
pub(crate) fn broken(faults: Vec<Fault>) -> Failure {
    faults
        .into_iter()
        .fold(Failure::new(Code::ValidationFailed), |failure, fault| {
            let Fault { field, rule } = fault;
            failure.error(format!("{field}: {rule}"))
        })
}

/// The path of one product.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ProductPath {
    /// The product's id.
    pub(crate) id: ProductId,
}
