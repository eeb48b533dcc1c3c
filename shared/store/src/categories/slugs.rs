//! The slugs of categories, as products show them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::category::MAX_CATEGORIES;
use domain::clock::Timestamp;
use domain::id::CategoryId;
use domain::slug::Slug;

use super::{Categories, CategoriesRoom, Read, ReadMany, ReadsMany};
use crate::cache::Cache;
use crate::error::StoreError;
use crate::handle::Mode;
use crate::need::{Declaration, Need, StartError, Wiring};

/// How long a slug is shown again without being read: a category that is renamed may have its former slug,
/// which goes on leading to it, at its products for so long.
const LASTS: Duration = Duration::from_secs(5);

/// The slugs of categories.
pub struct CategorySlugs<M = ReadMany> {
    categories: Categories<M>,
    known: Cache<CategoryId, Slug>,
}

/// The slug of a category, which is read as other single items are.
pub type CategorySlug = CategorySlugs<Read>;

impl<M: Mode<Room = CategoriesRoom>> Need for CategorySlugs<M> {
    fn declare(declaration: &mut Declaration) {
        Categories::<M>::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            categories: Categories::wire(wiring).await?,
            known: Cache::new(LASTS, MAX_CATEGORIES),
        })
    }
}

impl CategorySlug {
    /// The slug of a category, if there is one and it is everywhere to be read already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(
        &self,
        id: Option<CategoryId>,
        now: Timestamp,
    ) -> Result<BTreeMap<CategoryId, Slug>, StoreError> {
        let Some(id) = id else {
            return Ok(BTreeMap::new());
        };
        if let Some(slug) = self.known.get(&id, now) {
            return Ok(BTreeMap::from([(id, slug)]));
        }
        let category = match self.categories.get(id).await {
            Ok(category) => category,
            Err(StoreError::NotFound) => return Ok(BTreeMap::new()),
            Err(error) => return Err(error),
        };
        self.known.put(id, category.slug.clone(), now);
        Ok(BTreeMap::from([(id, category.slug)]))
    }
}

impl<M: ReadsMany> CategorySlugs<M> {
    /// The slugs of these categories. One that is new, and not everywhere to be read yet, is left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(
        &self,
        ids: impl IntoIterator<Item = CategoryId>,
        now: Timestamp,
    ) -> Result<BTreeMap<CategoryId, Slug>, StoreError> {
        let mut slugs = BTreeMap::new();
        let mut unknown = BTreeSet::new();
        for id in ids {
            match self.known.get(&id, now) {
                Some(slug) => {
                    slugs.insert(id, slug);
                }
                None => {
                    unknown.insert(id);
                }
            }
        }
        for (id, category) in self.categories.many(unknown.into_iter()).await? {
            self.known.put(id, category.slug.clone(), now);
            slugs.insert(id, category.slug);
        }
        Ok(slugs)
    }
}
