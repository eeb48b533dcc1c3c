//! The catalogue table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | product with its variants | `product/<id>` | `product` |
//! | offer: what an order needs to know of a SKU | `sku/<sku>` | `offer` |
//! | slug: who has it | `slug/<slug>` | `slug` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! Products alone stand in the indexes, each of which has the partition `status/<status>`:
//!
//! | index | sort key |
//! |---|---|
//! | `byStatus` | `<id>`, which begins with the instant of its making |
//! | `byName` | `<name in lower case><U+0001><id>` |
//! | `byPrice` | `<least price in the shop's currency, in 16 digits>/<id>`; `~/<id>` without one |
//!
//! The least price is that of the day on which the product was last written: after a change of the
//! shop's currency, products are written again.
//!
//! | access | cost |
//! |---|---|
//! | read a product | half a read unit per 4 KB |
//! | page of n products of a status in any order | one query: half a read unit per 4 KB of n + 2 products |
//! | offers of n SKUs | one batch: half a read unit each |
//! | new product of n variants, each item below 1 KB | one transaction: 2 x (2 + n) write units, and 3 for the indexes |
//! | change a product | the same, without its slug; an index in which it moves takes one unit more |
//!
//! Offers and slugs change with their product, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::ProductId;
use domain::money::Money;
use domain::product::{MAX_VARIANTS, Product, ProductStatus, Variant};
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{Description, ImageUrl, OptionName, OptionValue, TaxCategory, Title};

use crate::db::{Db, Item, Range, from_item, key, text};
use crate::error::{StoreError, Unique};
use crate::grant::{BATCH_GET, DELETE, GET, Grant, PUT};
use crate::handle::{Handle, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::{BY_NAME, BY_PRICE, BY_STATUS, CATALOG};
use crate::tx::{MOST_ACTIONS, Terms, Tx, stored};

/// The catalogue table, as far as `M` allows.
pub type Products<M> = Handle<ProductsRoom, M>;

modes! { ProductsRoom = CATALOG;
    /// Creates products.
    Create = [Grant::table(&CATALOG, &[GET, PUT])];
    /// Reads one product.
    Read = [Grant::table(&CATALOG, &[GET])];
    /// Lists products.
    List = [
        Grant::query(&CATALOG, BY_STATUS.name),
        Grant::query(&CATALOG, BY_NAME.name),
        Grant::query(&CATALOG, BY_PRICE.name),
    ];
    /// Replaces and deletes products.
    Edit = [Grant::table(&CATALOG, &[GET, PUT, DELETE])];
    /// Finds what is offered under SKUs.
    Offers = [Grant::table(&CATALOG, &[BATCH_GET])];
}

impl Remembers for Create {}

/// What an order needs to know of a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The SKU.
    pub sku: Sku,
    /// Whose it is.
    pub product: ProductId,
    /// The product's name.
    pub name: Title,
    /// Whether customers see it.
    pub status: ProductStatus,
    /// What tells it from the product's other variants.
    pub options: BTreeMap<OptionName, OptionValue>,
    /// What it costs.
    pub prices: Vec<Money>,
}

impl Offer {
    /// What one unit costs in a currency, if it is sold in it.
    #[must_use]
    pub fn price_in(&self, currency: Currency) -> Option<Money> {
        self.prices
            .iter()
            .copied()
            .find(|price| price.currency() == currency)
    }
}

/// What a list of products is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// When they were made.
    Created,
    /// Their names, whatever the case.
    Name,
    /// What the cheapest variant of each costs in the shop's currency, in minor units; those without
    /// such a price come after all others.
    Price {
        /// Only those that cost this or more.
        least: Option<i64>,
        /// Only those that cost this or less.
        most: Option<i64>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProductItem {
    v: u8,
    id: ProductId,
    name: Title,
    slug: Slug,
    description: Description,
    status: ProductStatus,
    category: Option<Slug>,
    variants: Vec<VariantItem>,
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
struct OfferItem {
    v: u8,
    sku: Sku,
    product: ProductId,
    name: Title,
    status: ProductStatus,
    options: BTreeMap<OptionName, OptionValue>,
    prices: Vec<Money>,
}

// All variants may be exchanged at once: a put and a delete for each, beside the product itself and
// its two slugs. Deleting takes a delete and a check of the stock for each.
const _: () = assert!(2 * MAX_VARIANTS + 3 <= MOST_ACTIONS);

const PRODUCT: &str = "product";
const OFFER: &str = "offer";
const SLUG: &str = "slug";

fn product_pk(id: ProductId) -> String {
    format!("product/{id}")
}

fn offer_pk(sku: &Sku) -> String {
    format!("sku/{sku}")
}

fn slug_pk(slug: &Slug) -> String {
    format!("slug/{slug}")
}

fn status_pk(status: ProductStatus) -> String {
    format!("status/{status}")
}

/// A name is followed by what sorts before all that names are made of, so that `cup` comes before
/// `cup holder`.
fn name_sk(product: &Product) -> String {
    let name = product.name.as_str().to_lowercase();
    format!("{name}\u{1}{}", product.id)
}

/// Amounts are never negative, and have 16 digits at most.
fn price_sk(product: &Product, currency: Currency) -> String {
    let id = product.id;
    match product.least_price_in(currency) {
        Some(price) => format!("{:016}/{id}", price.amount()),
        None => format!("{UNPRICED}/{id}"),
    }
}

/// Sorts behind all digits.
const UNPRICED: char = '~';

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
            v: 1,
            id,
            name,
            slug,
            description,
            status,
            category,
            variants: variants.into_iter().map(VariantItem::from).collect(),
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
            variants,
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
    fn of(product: &Product, variant: &Variant) -> Self {
        Self {
            v: 1,
            sku: variant.sku.clone(),
            product: product.id,
            name: product.name.clone(),
            status: product.status,
            options: variant.options.clone(),
            prices: variant.prices.clone(),
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
        } = item;
        Self {
            sku,
            product,
            name,
            status,
            options,
            prices,
        }
    }
}

impl Products<Create> {
    /// Stages a new product with its offers and its slug, in a shop of this currency.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Taken`] if its slug or one of its SKUs is taken.
    pub fn create(
        &self,
        tx: &mut Tx,
        product: &Product,
        currency: Currency,
    ) -> Result<(), StoreError> {
        put_product(&self.db, tx, product, currency, Terms::absent())?;
        put_slug(&self.db, tx, product)?;
        for variant in &product.variants {
            put_offer(&self.db, tx, product, variant)?;
        }
        Ok(())
    }
}

impl Products<Read> {
    /// A product.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: ProductId) -> Result<Product, StoreError> {
        let item = self.db.get(&product_pk(id), PRODUCT).await?;
        product(item.ok_or(StoreError::NotFound)?)
    }

    /// What is offered under a SKU, at half a read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn offer(&self, sku: &Sku) -> Result<Offer, StoreError> {
        let item = self.db.get(&offer_pk(sku), OFFER).await?;
        Ok(from_item::<OfferItem>(item.ok_or(StoreError::NotFound)?)?.into())
    }
}

impl Products<List> {
    /// A page of the products of these statuses, the least first, or the greatest.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn list(
        &self,
        statuses: &[ProductStatus],
        by: By,
        greatest_first: bool,
        bounds: &Bounds,
    ) -> Result<Page<Product>, StoreError> {
        let (index, from, to) = match by {
            By::Created => (&BY_STATUS, None, None),
            By::Name => (&BY_NAME, None, None),
            By::Price {
                least: None,
                most: None,
            } => (&BY_PRICE, None, None),
            By::Price { least, most } => {
                let (least, most) = (least.unwrap_or(0), most.unwrap_or(Money::MAX_AMOUNT));
                // Every id sorts below the tilde.
                let bounds = (format!("{least:016}/"), format!("{most:016}/~"));
                (&BY_PRICE, Some(bounds.0), Some(bounds.1))
            }
        };
        let ranges: Vec<Range<'_>> = statuses
            .iter()
            .map(|status| Range {
                from: from.clone(),
                to: to.clone(),
                newest_first: greatest_first,
                ..Range::on(index, status_pk(*status))
            })
            .collect();
        self.db.page(&ranges, bounds).await?.try_map(product)
    }
}

impl Products<Edit> {
    /// A product, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: ProductId) -> Result<Product, StoreError> {
        let item = self.db.get_now(&product_pk(id), PRODUCT).await?;
        product(item.ok_or(StoreError::NotFound)?)
    }

    /// Stages `new` over `old`, with its offers and its slug, in a shop of this currency.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Taken`] if its slug or a SKU is another product's, with
    /// [`StoreError::Stale`] if the product changed meanwhile.
    pub fn replace(
        &self,
        tx: &mut Tx,
        old: &Product,
        new: &Product,
        currency: Currency,
    ) -> Result<(), StoreError> {
        put_product(&self.db, tx, new, currency, Terms::version(old.version))?;
        if old.slug != new.slug {
            put_slug(&self.db, tx, new)?;
            delete(&self.db, tx, &slug_pk(&old.slug), SLUG);
        }
        for variant in &new.variants {
            put_offer(&self.db, tx, new, variant)?;
        }
        let kept: BTreeSet<&Sku> = new.variants.iter().map(|variant| &variant.sku).collect();
        for gone in old.variants.iter().filter(|old| !kept.contains(&old.sku)) {
            delete(&self.db, tx, &offer_pk(&gone.sku), OFFER);
        }
        Ok(())
    }

    /// Stages the end of a product, its offers and its slug.
    pub fn delete(&self, tx: &mut Tx, product: &Product) {
        let key = key(&product_pk(product.id), PRODUCT);
        let terms = Terms::version(product.version);
        tx.delete(self.db.table(), key, terms, |_| StoreError::Stale);
        delete(&self.db, tx, &slug_pk(&product.slug), SLUG);
        for variant in &product.variants {
            delete(&self.db, tx, &offer_pk(&variant.sku), OFFER);
        }
    }
}

impl Products<Offers> {
    /// What is offered under these SKUs; unknown ones are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(&self, skus: &BTreeSet<Sku>) -> Result<Vec<Offer>, StoreError> {
        let keys = skus.iter().map(|sku| (offer_pk(sku), OFFER.to_owned()));
        let items = self.db.get_many(keys, false).await?;
        items
            .into_iter()
            .map(|item| Ok(from_item::<OfferItem>(item)?.into()))
            .collect()
    }
}

fn put_product(
    db: &Db,
    tx: &mut Tx,
    product: &Product,
    currency: Currency,
    terms: Terms,
) -> Result<(), StoreError> {
    let pk = product_pk(product.id);
    let mut item = stored(pk, PRODUCT, "product", &ProductItem::from(product))?;
    for (name, value) in [
        (BY_STATUS.pk, status_pk(product.status)),
        (BY_STATUS.sk, product.id.to_string()),
        (BY_NAME.sk, name_sk(product)),
        (BY_PRICE.sk, price_sk(product, currency)),
    ] {
        item.insert(name.to_owned(), text(value));
    }
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

fn put_slug(db: &Db, tx: &mut Tx, product: &Product) -> Result<(), StoreError> {
    #[derive(Serialize)]
    struct SlugItem {
        v: u8,
        product: ProductId,
    }
    let form = SlugItem {
        v: 1,
        product: product.id,
    };
    let item = stored(slug_pk(&product.slug), SLUG, "slug", &form)?;
    tx.put(db.table(), item, Terms::absent(), |_| {
        StoreError::Taken(Unique::Slug)
    });
    Ok(())
}

/// An offer may be written over, but only over the same product's.
fn put_offer(db: &Db, tx: &mut Tx, product: &Product, variant: &Variant) -> Result<(), StoreError> {
    let form = OfferItem::of(product, variant);
    let item = stored(offer_pk(&variant.sku), OFFER, "offer", &form)?;
    let terms = Terms {
        condition: Some("attribute_not_exists(pk) OR #product = :product".to_owned()),
        names: vec![("#product", "product")],
        values: vec![(":product", text(product.id.to_string()))],
    };
    let sku = variant.sku.to_string();
    tx.put(db.table(), item, terms, move |_| {
        StoreError::Taken(Unique::Sku(sku.clone()))
    });
    Ok(())
}

fn delete(db: &Db, tx: &mut Tx, pk: &str, sk: &str) {
    tx.delete(db.table(), key(pk, sk), Terms::default(), |_| {
        StoreError::Stale
    });
}

fn product(item: Item) -> Result<Product, StoreError> {
    Ok(from_item::<ProductItem>(item)?.into())
}
