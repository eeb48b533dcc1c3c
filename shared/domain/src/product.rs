//! What the shop sells: products, and the variants that are priced and counted.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::clock::Timestamp;
use crate::currency::Currency;
use crate::id::{CategoryId, ProductId};
use crate::money::Money;
use crate::rule::Fault;
use crate::sku::Sku;
use crate::slug::Slug;
use crate::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};
use crate::value::word_enum;

/// How many variants a product may have: as many as can all be exchanged in one transaction, together
/// with all that the product is found by.
pub const MAX_VARIANTS: usize = 40;
/// How many options tell variants of a product apart at most.
pub const MAX_OPTIONS: usize = 10;
/// How many images a product may have.
pub const MAX_IMAGES: usize = 20;
/// The heaviest variant, in grams: a tonne.
pub const MAX_WEIGHT_GRAMS: u32 = 1_000_000;

word_enum! {
    /// Who sees a product.
    pub enum ProductStatus {
        /// Staff alone: it is being written.
        Draft => "draft",
        /// Everybody; it can be bought.
        Active => "active",
        /// Staff alone: it was sold once and is sold no more.
        Archived => "archived",
    }
}

/// What the options of a variant look like on the wire: values by name.
pub struct Options;

impl JsonSchema for Options {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Options".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "maxProperties": MAX_OPTIONS,
            "propertyNames": OptionName::json_schema(generator),
            "additionalProperties": OptionValue::json_schema(generator),
            "description": "What tells a variant from the product's others, such as `colour`: `red`.",
        })
    }
}

/// One form of a product that can be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// What it is sold and counted under.
    pub sku: Sku,
    /// What tells it from the product's other variants.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// What it costs, at most once per currency.
    pub prices: Vec<Money>,
    /// What one unit weighs, packed, in grams.
    pub weight_grams: u32,
    /// How it is taxed.
    pub tax_category: TaxCategory,
}

impl Variant {
    /// What one unit costs in a currency, if it is sold in it.
    #[must_use]
    pub fn price_in(&self, currency: Currency) -> Option<Money> {
        self.prices
            .iter()
            .copied()
            .find(|price| price.currency() == currency)
    }
}

/// Everything about a product that staff decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What it is called.
    pub name: Title,
    /// Its name in addresses of pages.
    pub slug: Slug,
    /// What it is about.
    pub description: Description,
    /// Who sees it.
    pub status: ProductStatus,
    /// The category it is shown in.
    pub category: Option<CategoryId>,
    /// The forms it can be bought in.
    pub variants: Vec<Variant>,
    /// What it looks like, the most telling image first.
    pub images: Vec<ImageUrl>,
}

impl Details {
    /// Every rule that these details break, all at once; empty when they may stand.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if !(1..=MAX_VARIANTS).contains(&self.variants.len()) {
            faults.push(Fault::new("variants", "must have 1 to 40 entries"));
        }
        if self.images.len() > MAX_IMAGES {
            faults.push(Fault::new("images", "must have at most 20 entries"));
        }
        let mut skus = BTreeSet::new();
        let mut forms = BTreeSet::new();
        let first = self.variants.first();
        for (index, variant) in self.variants.iter().enumerate() {
            if !skus.insert(&variant.sku) {
                let field = format!("variants[{index}].sku");
                faults.push(Fault::new(field, "must be unique within the product"));
            }
            if first.is_some_and(|first| !first.options.keys().eq(variant.options.keys())) {
                let field = format!("variants[{index}].options");
                let rule = "must have the same names as in the first variant";
                faults.push(Fault::new(field, rule));
            }
            if !forms.insert(&variant.options) {
                let field = format!("variants[{index}].options");
                let rule = "must differ from those of the other variants";
                faults.push(Fault::new(field, rule));
            }
            faults.extend(variant_faults(index, variant));
        }
        faults
    }
}

fn variant_faults(index: usize, variant: &Variant) -> Vec<Fault> {
    let mut faults = Vec::new();
    let at = format!("variants[{index}]");
    if variant.options.len() > MAX_OPTIONS {
        let field = format!("{at}.options");
        faults.push(Fault::new(field, "must have at most 10 entries"));
    }
    if variant.weight_grams > MAX_WEIGHT_GRAMS {
        let field = format!("{at}.weightGrams");
        faults.push(Fault::new(field, "must be 0 to 1000000"));
    }
    if variant.prices.is_empty() {
        let field = format!("{at}.prices");
        faults.push(Fault::new(field, "must have at least one entry"));
    }
    let mut currencies = BTreeSet::new();
    for (position, price) in variant.prices.iter().enumerate() {
        if price.is_negative() {
            let field = format!("{at}.prices[{position}].amount");
            faults.push(Fault::new(field, "must not be negative"));
        }
        if !currencies.insert(price.currency()) {
            let field = format!("{at}.prices[{position}].currency");
            faults.push(Fault::new(field, "must occur only once per variant"));
        }
    }
    faults
}

/// Something that the shop sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Names the product.
    pub id: ProductId,
    /// What it is called.
    pub name: Title,
    /// Its name in addresses of pages, unique among products.
    pub slug: Slug,
    /// What it is about.
    pub description: Description,
    /// Who sees it.
    pub status: ProductStatus,
    /// The category it is shown in.
    pub category: Option<CategoryId>,
    /// The forms it can be bought in.
    pub variants: Vec<Variant>,
    /// What it looks like, the most telling image first.
    pub images: Vec<ImageUrl>,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

impl Product {
    /// A new product, or every rule that it would break.
    pub fn new(id: ProductId, details: Details, now: Timestamp) -> Result<Self, Vec<Fault>> {
        Self::build(id, details, 1, now, now)
    }

    /// The product with all its details replaced, or every rule that it would break.
    pub fn replace(&self, details: Details, now: Timestamp) -> Result<Self, Vec<Fault>> {
        Self::build(self.id, details, self.version + 1, self.created_at, now)
    }

    /// The product withdrawn from sale; what was ever sold is archived rather than deleted.
    #[must_use]
    pub fn archive(&self, now: Timestamp) -> Self {
        Self {
            status: ProductStatus::Archived,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }

    /// The variant with a SKU.
    #[must_use]
    pub fn variant(&self, sku: &Sku) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.sku == *sku)
    }

    /// What its cheapest variant costs in a currency, if any is sold in it.
    #[must_use]
    pub fn least_price_in(&self, currency: Currency) -> Option<Money> {
        self.variants
            .iter()
            .filter_map(|variant| variant.price_in(currency))
            .min_by_key(Money::amount)
    }

    /// What staff decided about it, for changing a part of it.
    #[must_use]
    pub fn details(&self) -> Details {
        Details {
            name: self.name.clone(),
            slug: self.slug.clone(),
            description: self.description.clone(),
            status: self.status,
            category: self.category,
            variants: self.variants.clone(),
            images: self.images.clone(),
        }
    }

    fn build(
        id: ProductId,
        details: Details,
        version: u64,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Result<Self, Vec<Fault>> {
        let faults = details.faults();
        if !faults.is_empty() {
            return Err(faults);
        }
        let Details {
            name,
            slug,
            description,
            status,
            category,
            variants,
            images,
        } = details;
        Ok(Self {
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
        })
    }
}
