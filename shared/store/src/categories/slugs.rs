//! The slugs of categories, as products show them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::category::MAX_CATEGORIES;
use domain::clock::Timestamp;
use domain::id::CategoryId;
use domain::slug::Slug;

use super::{Categories, ReadMany};
use crate::cache::Cache;
use crate::error::StoreError;
use crate::need::{Declaration, Need, StartError, Wiring};

/// How long a slug is shown again without being read: a category that is renamed may have its former slug,
/// which goes on leading to it, at its products for so long.
const LASTS: Duration = Duration::from_secs(5);

/// The slugs of categories.
pub struct CategorySlugs {
    categories: Categories<ReadMany>,
    known: Cache<CategoryId, Slug>,
}

impl Need for CategorySlugs {
    fn declare(declaration: &mut Declaration) {
        Categories::<ReadMany>::declare(declaration);
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            categories: Categories::wire(wiring).await?,
            known: Cache::new(LASTS, MAX_CATEGORIES),
        })
    }
}

impl CategorySlugs {
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
