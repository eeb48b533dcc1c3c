//! The catalogue table, as far as products are concerned; categories have [their own module](crate::categories).
//!
//! | item | pk | sk |
//! |---|---|---|
//! | product with its variants | `product/<id>` | `product` |
//! | offer: what an order needs to know of a SKU | `sku/<sku>` | `offer` |
//! | slug: whose it is, or was | `slug/<slug>` | `slug` |
//! | a word of a product's name | `word/<status>/<first character>` | `<word>/<id>` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! Products alone stand in the indexes. Three have the partition `status/<status>`, and copy all of them.
//! Three have the partition `category/<category>/<status>`, hold those that have a category, and copy
//! their keys:
//!
//! | index | sort key |
//! |---|---|
//! | `byStatus`, `byCategory` | `<id>`, which begins with the instant of its making |
//! | `byName`, `byCategoryName` | `<name in lower case><U+0001><id>` |
//! | `byPrice`, `byCategoryPrice` | `<least price in the shop's currency, in 16 digits>/<id>`; `~/<id>` without one |
//!
//! The least price is that of the day on which the product was last written: after a change of the
//! shop's currency, products are written again.
//!
//! | access | cost |
//! |---|---|
//! | read a product | half a read unit per 4 KB |
//! | by slug | another half, and one more per 4 KB if it was renamed |
//! | page of n products of a status in any order | one query: half a read unit per 4 KB of n + 2 products |
//! | the same in a category and below it | a query for each category, at most 51: half a read unit per 20 products, and a batch of the n |
//! | page of n products whose names have these words | one query: half a read unit per 16 entries, of which most are of use, and a batch of the n; 2,000 entries at most |
//! | offers of n SKUs | one batch: half a read unit each |
//! | new product of n variants and w words, each item below 1 KB | one transaction: 2 x (2 + n + w) write units and 3 for the indexes; in a category 5 more |
//! | change a product | the same, without its slug; an index in which it moves takes one unit more, another slug 4 |
//!
//! Without a status, staff's lists are read from those of all three, at three times the queries.
//!
//! Offers, slugs and words change with their product, in one transaction. A slug that is given up goes on
//! leading to its product, until somebody takes it.

mod items;
mod listing;

use std::collections::{BTreeMap, BTreeSet};

use domain::currency::Currency;
use domain::id::{CategoryId, ProductId};
use domain::money::Money;
use domain::product::{MAX_VARIANTS, Product, ProductStatus, Variant};
use domain::search::MAX_WORDS;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{OptionName, OptionValue, TaxCategory, Title};

use crate::categories::{count, unclaimed};
use crate::db::{Db, Item, from_item, key, text};
use crate::error::{StoreError, Unique};
use crate::grant::{BATCH_GET, DELETE, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, modes};
use crate::once::Remembers;
use crate::reads::{Answers, Reads};
use crate::tables::{
    BY_CATEGORY, BY_CATEGORY_NAME, BY_CATEGORY_PRICE, BY_NAME, BY_PRICE, BY_STATUS, CATALOG,
};
use crate::tx::{MOST_ACTIONS, Terms, Tx, stored};

use items::{OfferItem, ProductItem, SlugItem};
pub use listing::{By, Which};

/// The catalogue table, as far as `M` allows.
pub type Products<M> = Handle<ProductsRoom, M>;

modes! { ProductsRoom = CATALOG;
    /// Creates products.
    Create = [Grant::table(&CATALOG, &[GET, PUT, UPDATE])];
    /// Reads one product.
    Read = [Grant::table(&CATALOG, &[GET])];
    /// Lists products.
    List = [
        Grant::table(&CATALOG, &[QUERY, BATCH_GET]),
        Grant::query(&CATALOG, BY_STATUS.name),
        Grant::query(&CATALOG, BY_NAME.name),
        Grant::query(&CATALOG, BY_PRICE.name),
        Grant::query(&CATALOG, BY_CATEGORY.name),
        Grant::query(&CATALOG, BY_CATEGORY_NAME.name),
        Grant::query(&CATALOG, BY_CATEGORY_PRICE.name),
    ];
    /// Replaces and deletes products.
    Edit = [Grant::table(&CATALOG, &[GET, PUT, UPDATE, DELETE])];
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
    /// What one unit weighs, packed, in grams.
    pub weight_grams: u32,
    /// How it is taxed.
    pub tax_category: TaxCategory,
    /// The category that the product is in.
    pub category: Option<CategoryId>,
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

// All variants and words may be exchanged at once: a put and a delete for each, beside the product
// itself, its two slugs and the counts of two categories. Deleting takes a delete and a check of the
// stock for each variant.
const _: () = assert!(2 * MAX_VARIANTS + 2 * MAX_WORDS + 5 <= MOST_ACTIONS);

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

impl Products<Create> {
    /// Stages a new product with its offers, its slug and its words, in a shop of this currency.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Taken`] if its slug or one of its SKUs is taken, with [`StoreError::Stale`] if its
    /// category is gone.
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
        move_between(&self.db, tx, None, product.category);
        listing::index(&self.db, tx, None, Some(product))
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

    /// The product that has a slug, or had it before anybody else did.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn by_slug(&self, slug: &Slug) -> Result<Product, StoreError> {
        let item = self.db.get(&slug_pk(slug), SLUG).await?;
        let SlugItem { product: id, .. } = from_item(item.ok_or(StoreError::NotFound)?)?;
        let found = self.get(id).await?;
        if found.slug == *slug {
            return Ok(found);
        }
        // Before anyone is sent elsewhere: what has just been renamed may be read as of before.
        let item = self.db.get_now(&product_pk(id), PRODUCT).await?;
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

impl Products<Edit> {
    /// A product, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: ProductId) -> Result<Product, StoreError> {
        let item = self.db.get_now(&product_pk(id), PRODUCT).await?;
        product(item.ok_or(StoreError::NotFound)?)
    }

    /// Stages `new` over `old`, with its offers, its slug and its words, in a shop of this currency. The
    /// old slug goes on leading to it until somebody takes it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written. The transaction fails with
    /// [`StoreError::Taken`] if its slug or a SKU is another product's, with
    /// [`StoreError::Stale`] if the product changed meanwhile or its category is gone.
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
            let former = SlugItem {
                v: 1,
                product: old.id,
                former: true,
            };
            let item = stored(slug_pk(&old.slug), SLUG, "slug", &former)?;
            tx.put(self.db.table(), item, Terms::default(), |_| {
                StoreError::Stale
            });
        }
        for variant in &new.variants {
            put_offer(&self.db, tx, new, variant)?;
        }
        let kept: BTreeSet<&Sku> = new.variants.iter().map(|variant| &variant.sku).collect();
        for gone in old.variants.iter().filter(|old| !kept.contains(&old.sku)) {
            delete(&self.db, tx, &offer_pk(&gone.sku), OFFER);
        }
        move_between(&self.db, tx, old.category, new.category);
        listing::index(&self.db, tx, Some(old), Some(new))
    }

    /// Stages the end of a product, its offers, its slug and its words.
    ///
    /// # Errors
    /// None that the transaction does not tell.
    pub fn delete(&self, tx: &mut Tx, product: &Product) -> Result<(), StoreError> {
        let key = key(&product_pk(product.id), PRODUCT);
        let terms = Terms::version(product.version);
        tx.delete(self.db.table(), key, terms, |_| StoreError::Stale);
        delete(&self.db, tx, &slug_pk(&product.slug), SLUG);
        for variant in &product.variants {
            delete(&self.db, tx, &offer_pk(&variant.sku), OFFER);
        }
        move_between(&self.db, tx, product.category, None);
        listing::index(&self.db, tx, Some(product), None)
    }
}

impl Products<Offers> {
    /// Wants to know, among other things, what is offered under these SKUs.
    pub fn want(&self, reads: &mut Reads, skus: &BTreeSet<Sku>) {
        for sku in skus {
            self.db.want(reads, &offer_pk(sku), OFFER);
        }
    }

    /// What is offered under these SKUs; unknown ones are left out.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`].
    pub fn answered(
        &self,
        answers: &mut Answers,
        skus: &BTreeSet<Sku>,
    ) -> Result<Vec<Offer>, StoreError> {
        skus.iter()
            .filter_map(|sku| self.db.found(answers, &offer_pk(sku), OFFER))
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
    listing::place(&mut item, product, currency);
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

/// A slug may be written over if it leads to a product that has another by now.
fn put_slug(db: &Db, tx: &mut Tx, product: &Product) -> Result<(), StoreError> {
    let form = SlugItem {
        v: 1,
        product: product.id,
        former: false,
    };
    let item = stored(slug_pk(&product.slug), SLUG, "slug", &form)?;
    tx.put(db.table(), item, unclaimed(), |_| {
        StoreError::Taken(Unique::Slug)
    });
    Ok(())
}

/// Stages that a product leaves one category and comes into another.
fn move_between(db: &Db, tx: &mut Tx, old: Option<CategoryId>, new: Option<CategoryId>) {
    if old == new {
        return;
    }
    if let Some(left) = old {
        count(db, tx, left, -1);
    }
    if let Some(entered) = new {
        count(db, tx, entered, 1);
    }
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
