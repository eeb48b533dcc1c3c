//! Lists of products: in one of three orders, of all or of some categories, or by the words of their
//! names.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use domain::currency::Currency;
use domain::id::{CategoryId, ProductId};
use domain::money::Money;
use domain::product::{Product, ProductStatus};
use domain::search::{Word, is_found};

use crate::db::{Db, Item, Range, from_item, key, read_text, text};
use crate::error::StoreError;
use crate::page::{Bounds, Page};
use crate::tables::{
    BY_CATEGORY, BY_CATEGORY_NAME, BY_CATEGORY_PRICE, BY_NAME, BY_PRICE, BY_STATUS, Index,
};
use crate::tx::{Terms, Tx, stored};

use super::{List, PRODUCT, Products, product, product_pk};

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

/// Which products a list is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Which {
    /// Their statuses.
    pub statuses: Vec<ProductStatus>,
    /// The categories that they are in; none if that makes no difference.
    pub categories: Option<BTreeSet<CategoryId>>,
}

impl Which {
    /// The partitions of an index that hold them.
    fn partitions(&self) -> Vec<String> {
        let statuses = || self.statuses.iter().copied();
        match &self.categories {
            None => statuses().map(status_pk).collect(),
            Some(categories) => categories
                .iter()
                .flat_map(|category| statuses().map(move |status| category_pk(*category, status)))
                .collect(),
        }
    }
}

/// That a product's name has a word.
#[derive(Serialize, Deserialize)]
struct WordItem {
    v: u8,
    product: ProductId,
    /// All words of the name, so that one of them is enough to tell whether the others are there.
    words: BTreeSet<String>,
    category: Option<CategoryId>,
}

fn status_pk(status: ProductStatus) -> String {
    format!("status/{status}")
}

fn category_pk(category: CategoryId, status: ProductStatus) -> String {
    format!("category/{category}/{status}")
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

/// Adds to a product's item what it stands in the indexes by.
pub(super) fn place(item: &mut Item, product: &Product, currency: Currency) {
    let category = product.category.map(|id| category_pk(id, product.status));
    let places = [
        (BY_STATUS.pk, Some(status_pk(product.status))),
        (BY_STATUS.sk, Some(product.id.to_string())),
        (BY_NAME.sk, Some(name_sk(product))),
        (BY_PRICE.sk, Some(price_sk(product, currency))),
        (BY_CATEGORY.pk, category),
    ];
    for (name, value) in places {
        if let Some(value) = value {
            item.insert(name.to_owned(), text(value));
        }
    }
}

fn words(product: &Product) -> BTreeSet<Word> {
    Word::all(product.name.as_str())
}

/// Entries are spread over as many partitions as words begin with characters.
fn word_pk(status: ProductStatus, word: &Word) -> String {
    let first: String = word.as_str().chars().take(1).collect();
    format!("word/{status}/{first}")
}

/// Where the words of a product's name are found.
fn entries(product: &Product) -> BTreeSet<(String, String)> {
    let entry = |word: &Word| {
        let sk = format!("{word}/{}", product.id);
        (word_pk(product.status, word), sk)
    };
    words(product).iter().map(entry).collect()
}

/// Stages the words of a product's name, and takes away those that it had before. All are written, so that
/// a product of the time before there were any is found from its next change on.
pub(super) fn index(
    db: &Db,
    tx: &mut Tx,
    old: Option<&Product>,
    new: Option<&Product>,
) -> Result<(), StoreError> {
    let before = old.map(entries).unwrap_or_default();
    let after = new.map(entries).unwrap_or_default();
    if let Some(product) = new {
        let form = WordItem {
            v: 1,
            product: product.id,
            words: words(product).iter().map(ToString::to_string).collect(),
            category: product.category,
        };
        for (pk, sk) in &after {
            let item = stored(pk.clone(), sk, "word", &form)?;
            // Whoever writes them also writes the product, over the version that they are of.
            tx.put(db.table(), item, Terms::default(), |_| StoreError::Stale);
        }
    }
    for (pk, sk) in before.difference(&after) {
        tx.delete(db.table(), key(pk, sk), Terms::default(), |_| {
            StoreError::Stale
        });
    }
    Ok(())
}

impl Products<List> {
    /// A page of these products, the least first, or the greatest.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn list(
        &self,
        which: &Which,
        by: By,
        greatest_first: bool,
        bounds: &Bounds,
    ) -> Result<Page<Product>, StoreError> {
        let indexes = match which.categories {
            None => [&BY_STATUS, &BY_NAME, &BY_PRICE],
            Some(_) => [&BY_CATEGORY, &BY_CATEGORY_NAME, &BY_CATEGORY_PRICE],
        };
        let [created, name, price]: [&Index; 3] = indexes;
        let (index, from, to) = match by {
            By::Created => (created, None, None),
            By::Name => (name, None, None),
            By::Price {
                least: None,
                most: None,
            } => (price, None, None),
            By::Price { least, most } => {
                let (least, most) = (least.unwrap_or(0), most.unwrap_or(Money::MAX_AMOUNT));
                // Every id sorts below the tilde.
                let bounds = (format!("{least:016}/"), format!("{most:016}/~"));
                (price, Some(bounds.0), Some(bounds.1))
            }
        };
        let ranges: Vec<Range<'_>> = which
            .partitions()
            .into_iter()
            .map(|pk| Range {
                from: from.clone(),
                to: to.clone(),
                newest_first: greatest_first,
                ..Range::on(index, pk)
            })
            .collect();
        self.db.page(&ranges, bounds).await?.try_map(product)
    }

    /// A page of those of these products whose names have, for each of the words that are sought, one that
    /// begins with it: in the order of the words that begin with the longest of them, and among those of
    /// one word the oldest first. Without any words nothing is found.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn search(
        &self,
        which: &Which,
        sought: &BTreeSet<Word>,
        bounds: &Bounds,
    ) -> Result<Page<Product>, StoreError> {
        let longest = sought
            .iter()
            .max_by_key(|word| word.as_str().chars().count());
        let ranges: Vec<Range<'_>> = longest
            .iter()
            .flat_map(|longest| which.statuses.iter().map(move |status| (*longest, status)))
            .map(|(longest, status)| Range {
                newest_first: false,
                ..Range::of(word_pk(*status, longest)).below(longest.as_str())
            })
            .collect();
        let kept = |item: Item| {
            let own = read_text(&item, "sk").and_then(|sk| sk.split_once('/'));
            let own = own.map(|(word, _)| word.to_owned());
            let entry: WordItem = from_item(item)?;
            let words: BTreeSet<Word> = entry.words.iter().flat_map(|it| Word::all(it)).collect();
            // A name may have several words that begin alike: the first stands for it.
            let first = words
                .iter()
                .find(|word| longest.is_some_and(|longest| word.begins_with(longest)));
            let is_first = own.as_deref() == first.map(Word::as_str);
            let is_in =
                |all: &BTreeSet<CategoryId>| entry.category.is_some_and(|id| all.contains(&id));
            let counts =
                is_first && is_found(&words, sought) && which.categories.as_ref().is_none_or(is_in);
            Ok(counts.then(|| (product_pk(entry.product), PRODUCT.to_owned())))
        };
        self.db
            .sifted(&ranges, bounds, kept)
            .await?
            .try_map(product)
    }
}
