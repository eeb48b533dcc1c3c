//! A product on the wire.

use std::collections::BTreeMap;

use domain::clock::Timestamp;
use domain::id::{CategoryId, ProductId};
use domain::money::{Money, Price};
use domain::product::{Details, Options, Product, ProductStatus, Variant};
use domain::role::Permission;
use domain::rule::Fault;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};
use edge::{Caller, Code, Failure, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::categories::{self, Categories, Named};

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
    #[schemars(length(min = 1, max = 40))]
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

    /// The product as a reply. A category can be given another slug without a change of its products.
    pub(crate) fn reply(self) -> Reply<Self> {
        let (version, category) = (self.version, self.category.clone());
        Reply::of(self).version(version).beside(category)
    }
}

impl ProductView {
    /// A product whose category's slug is among these.
    pub(crate) fn among(product: Product, slugs: &BTreeMap<CategoryId, Slug>) -> Self {
        let slug = product.category.and_then(|id| slugs.get(&id)).cloned();
        Self::of(product, slug)
    }

    /// A product in a category of this slug.
    pub(crate) fn of(product: Product, category: Option<Slug>) -> Self {
        let Product {
            id,
            name,
            slug,
            description,
            status,
            category: _,
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
    #[schemars(length(min = 1, max = 40))]
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
    /// Makes a product of this draft, and finds the slug of the category it is put in.
    ///
    /// # Errors
    /// 422 with every rule that it would break.
    pub(crate) async fn written(
        &self,
        id: ProductId,
        categories: &Categories<categories::Read>,
        make: impl FnOnce(Details) -> Result<Product, Vec<Fault>>,
    ) -> Result<(Product, Option<Slug>), Failure> {
        let found = match &self.category {
            None => Ok(None),
            Some(slug) => match categories.named(slug).await {
                Ok(named) => Ok(Some(named)),
                Err(StoreError::NotFound) => Err(Fault::new(
                    "category",
                    "must be the slug of an existing category",
                )),
                Err(error) => return Err(error.into()),
            },
        };
        let category = found.as_ref().ok().and_then(Option::as_ref);
        let product = make(self.details(id, category.map(|named| named.id)));
        match (found, product) {
            (Ok(named), Ok(product)) => Ok((product, named.map(|Named { slug, .. }| slug))),
            (found, product) => {
                let faults = found.err().into_iter();
                Err(Failure::rules(
                    faults.chain(product.err().into_iter().flatten()),
                ))
            }
        }
    }

    /// The product's details, with what was left out cleared or made up.
    fn details(&self, id: ProductId, category: Option<CategoryId>) -> Details {
        let Self {
            name,
            slug,
            description,
            status,
            category: _,
            variants,
            images,
        } = self;
        Details {
            name: name.clone(),
            slug: slug.clone().unwrap_or_else(|| Slug::from_title(name, id)),
            description: description.clone().unwrap_or_default(),
            status: status.unwrap_or(ProductStatus::Draft),
            category,
            variants: variants.iter().map(VariantDraft::variant).collect(),
            images: images.clone().unwrap_or_default(),
        }
    }
}

impl ProductDraft {
    /// The draft that would make the product as it stands, in a category of this slug.
    pub(crate) fn of(product: Product, category: Option<Slug>) -> Self {
        let Product {
            id: _,
            name,
            slug,
            description,
            status,
            category: _,
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

/// The slug of the category that a product is in.
pub(crate) async fn slug_of(
    product: &Product,
    categories: &Categories<categories::Read>,
) -> Result<Option<Slug>, Failure> {
    let Some(id) = product.category else {
        return Ok(None);
    };
    match categories.get(id).await {
        Ok(category) => Ok(Some(category.slug)),
        // It is new, and not everywhere to be read yet.
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The product, if the caller may see it: customers see active ones; staff see all.
pub(crate) fn visible(product: Product, caller: &Caller) -> Result<Product, Failure> {
    if product.status == ProductStatus::Active || caller.may(Permission::CatalogRead) {
        return Ok(product);
    }
    Err(Failure::new(Code::NotFound))
}

/// The path of one product.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ProductPath {
    /// The product's id.
    pub(crate) id: ProductId,
}
