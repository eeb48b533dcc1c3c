//! Categories, in the catalogue table.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | category | `category/<id>` | `category` |
//! | how many products are in it | `category/<id>` | `members` |
//! | slug: whose it is, or was | `category-slug/<slug>` | `slug` |
//! | the tree: where each category stands | `tree` | `tree` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! The tree is one item: of each category it holds the parent and the position, in about 110 bytes. A
//! change of the tree is conditional on its version, so that what the domain has found a tree to bear is
//! what it bears, whoever else changes it at the same moment; and a category that moves takes what is
//! below it along without another write. It ends at 500 categories, or 55 KB.
//!
//! | access | cost |
//! |---|---|
//! | read a category | half a read unit per 4 KB |
//! | by slug | another half, and one more if it was renamed |
//! | the tree, or a category's lineage or descendants | half a read unit per 36 categories of the shop |
//! | page of n categories | the tree, and one batch: half a read unit for each of the n |
//! | slugs of n categories | half a read unit for each that the instance has not read for 5 seconds |
//! | new category | one transaction: 8 write units, and 2 per 9 categories of the shop |
//! | change a category | 2 write units, 4 more for another slug, and those for the tree if it moves |
//! | delete a category | 6 write units and those for the tree |
//!
//! A product that comes or goes changes the count of its category's products, in its own transaction: it
//! cannot come into a category that is gone, and a category goes only if the count is zero.

mod items;
mod slugs;

use std::collections::{BTreeMap, BTreeSet};

use domain::category::{Category, Tree};
use domain::id::CategoryId;
use domain::slug::Slug;

use crate::db::{Db, Item, from_item, key, number};
use crate::error::{StoreError, Unique};
use crate::grant::{BATCH_GET, DELETE, GET, Grant, PUT};
use crate::handle::{Handle, Mode, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::CATALOG;
use crate::tx::{Terms, Tx, stored};

pub use slugs::{CategorySlug, CategorySlugs};

use items::{CategoryItem, MembersItem, SlugItem, TreeItem};

/// The categories, as far as `M` allows.
pub type Categories<M> = Handle<CategoriesRoom, M>;

modes! { CategoriesRoom = CATALOG;
    /// Creates categories.
    Create = [Grant::table(&CATALOG, &[GET, PUT])];
    /// Reads categories one by one, and the tree.
    Read = [Grant::table(&CATALOG, &[GET])];
    /// Reads many categories at once.
    ReadMany = [Grant::table(&CATALOG, &[BATCH_GET])];
    /// Lists categories.
    List = [Grant::table(&CATALOG, &[GET, BATCH_GET])];
    /// Replaces categories.
    Edit = [Grant::table(&CATALOG, &[GET, PUT])];
    /// Deletes categories.
    Remove = [Grant::table(&CATALOG, &[GET, PUT, DELETE])];
}

impl Remembers for Create {}

/// Modes that change the tree.
pub trait Structures: Mode<Room = CategoriesRoom> {}

impl Structures for Create {}
impl Structures for Edit {}
impl Structures for Remove {}

/// Modes that read several categories at once.
pub trait ReadsMany: Mode<Room = CategoriesRoom> {}

impl ReadsMany for ReadMany {}
impl ReadsMany for List {}

/// A category that a slug leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Which it is.
    pub id: CategoryId,
    /// Its slug of today, which may be another than the one that led to it.
    pub slug: Slug,
}

const CATEGORY: &str = "category";
const MEMBERS: &str = "members";
const SLUG: &str = "slug";
const TREE: &str = "tree";

fn category_pk(id: CategoryId) -> String {
    format!("category/{id}")
}

fn slug_pk(slug: &Slug) -> String {
    format!("category-slug/{slug}")
}

impl Categories<Create> {
    /// Stages a new category with its slug; where it stands is staged with the tree. The transaction fails
    /// with [`StoreError::Taken`] if its slug is taken.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn create(&self, tx: &mut Tx, category: &Category) -> Result<(), StoreError> {
        put_category(&self.db, tx, category, Terms::absent())?;
        put_slug(&self.db, tx, category)?;
        let members = MembersItem { v: 1, products: 0 };
        let item = stored(category_pk(category.id), MEMBERS, "members", &members)?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl Categories<Read> {
    /// A category.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: CategoryId) -> Result<Category, StoreError> {
        let item = self.db.get(&category_pk(id), CATEGORY).await?;
        category(item.ok_or(StoreError::NotFound)?)
    }

    /// The category that has a slug, or had it before anybody else did.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn by_slug(&self, slug: &Slug) -> Result<Category, StoreError> {
        let item = self.db.get(&slug_pk(slug), SLUG).await?;
        let SlugItem { category: id, .. } = from_item(item.ok_or(StoreError::NotFound)?)?;
        let found = self.get(id).await?;
        if found.slug == *slug {
            return Ok(found);
        }
        // Before anyone is sent elsewhere: whoever has just been renamed may be read as of before.
        let item = self.db.get_now(&category_pk(id), CATEGORY).await?;
        category(item.ok_or(StoreError::NotFound)?)
    }

    /// Which category a slug leads to at this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn named(&self, slug: &Slug) -> Result<Named, StoreError> {
        let item = self.db.get_now(&slug_pk(slug), SLUG).await?;
        let SlugItem {
            v: _,
            category: id,
            former,
        } = from_item(item.ok_or(StoreError::NotFound)?)?;
        if !former {
            let slug = slug.clone();
            return Ok(Named { id, slug });
        }
        let item = self.db.get_now(&category_pk(id), CATEGORY).await?;
        let Category { slug, .. } = category(item.ok_or(StoreError::NotFound)?)?;
        Ok(Named { id, slug })
    }

    /// Where all categories stand, as far as one knows without asking twice.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn tree(&self) -> Result<Tree, StoreError> {
        tree(self.db.get(TREE, TREE).await?)
    }

    /// Of each of these categories, the ids from the root down to itself; unknown ones are left out. It is
    /// one read, however many there are.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn lineages(
        &self,
        ids: &BTreeSet<CategoryId>,
    ) -> Result<BTreeMap<CategoryId, Vec<CategoryId>>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let tree = self.tree().await?;
        let lineages = ids.iter().map(|id| (*id, tree.lineage(*id)));
        Ok(lineages
            .filter(|(_, lineage)| !lineage.is_empty())
            .collect())
    }
}

impl<M: ReadsMany> Categories<M> {
    async fn many(
        &self,
        ids: impl Iterator<Item = CategoryId>,
    ) -> Result<BTreeMap<CategoryId, Category>, StoreError> {
        let keys = ids.map(|id| (category_pk(id), CATEGORY.to_owned()));
        let items = self.db.get_many(keys, false).await?.into_iter();
        items
            .map(|item| category(item).map(|category| (category.id, category)))
            .collect()
    }
}

impl Categories<List> {
    /// A page of all categories, or of those right below one: each behind its parent, and among those of
    /// one parent in the order of their positions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no such parent, [`StoreError::TooLarge`],
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn page(
        &self,
        parent: Option<CategoryId>,
        bounds: &Bounds,
    ) -> Result<Page<Category>, StoreError> {
        let tree = tree(self.db.get(TREE, TREE).await?)?;
        if parent.is_some_and(|parent| !tree.places().contains_key(&parent)) {
            return Err(StoreError::NotFound);
        }
        let is_wanted = |id: &CategoryId| {
            let place = tree.places().get(id);
            parent.is_none() || place.is_some_and(|place| place.parent == parent)
        };
        let places = tree.in_order().into_iter();
        let list = places
            .filter(|(_, id)| is_wanted(id))
            .map(|(way, id)| (position(&way), (category_pk(id), CATEGORY.to_owned())));
        let page = self.db.page_of(list.collect(), bounds).await?;
        page.try_map(category)
    }
}

/// Where a category stands in the list: every way sorts behind that of the category above.
fn position(way: &[(u32, CategoryId)]) -> String {
    way.iter()
        .map(|(position, id)| format!("{position:07}/{id}/"))
        .collect()
}

impl<M: Structures> Categories<M> {
    /// Where all categories stand, this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn tree_now(&self) -> Result<Tree, StoreError> {
        tree(self.db.get_now(TREE, TREE).await?)
    }

    /// Stages a tree over the one it was made of. The transaction fails with [`StoreError::Stale`] if that
    /// has changed.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn restructure(&self, tx: &mut Tx, tree: &Tree) -> Result<(), StoreError> {
        let item = stored(TREE.to_owned(), TREE, "tree", &TreeItem::from(tree))?;
        let terms = Terms::over(tree.version());
        tx.put(self.db.table(), item, terms, |_| StoreError::Stale);
        Ok(())
    }
}

impl Categories<Edit> {
    /// A category, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: CategoryId) -> Result<Category, StoreError> {
        category_now(&self.db, id).await
    }

    /// Stages `new` over `old`, with its slug; the old one goes on leading to it until somebody takes it.
    /// Where it stands is staged with the tree. The transaction fails with [`StoreError::Taken`] if its
    /// slug is another's, with [`StoreError::Stale`] if it changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn replace(&self, tx: &mut Tx, old: &Category, new: &Category) -> Result<(), StoreError> {
        put_category(&self.db, tx, new, Terms::version(old.version))?;
        if old.slug != new.slug {
            put_slug(&self.db, tx, new)?;
            let former = SlugItem {
                v: 1,
                category: old.id,
                former: true,
            };
            let item = stored(slug_pk(&old.slug), SLUG, "slug", &former)?;
            tx.put(self.db.table(), item, Terms::default(), |_| {
                StoreError::Stale
            });
        }
        Ok(())
    }
}

impl Categories<Remove> {
    /// A category, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: CategoryId) -> Result<Category, StoreError> {
        category_now(&self.db, id).await
    }

    /// Stages the end of a category and of its slug. The transaction fails with [`StoreError::Occupied`]
    /// if there are products in it, with [`StoreError::Stale`] if it changed meanwhile.
    pub fn delete(&self, tx: &mut Tx, category: &Category) {
        let pk = category_pk(category.id);
        let table = self.db.table();
        let unchanged = Terms::version(category.version);
        tx.delete(table, key(&pk, CATEGORY), unchanged, |_| StoreError::Stale);
        let empty = Terms {
            condition: Some("#products = :none".to_owned()),
            names: vec![("#products", "products")],
            values: vec![(":none", number(0))],
        };
        tx.delete(table, key(&pk, MEMBERS), empty, |_| StoreError::Occupied);
        let slug = key(&slug_pk(&category.slug), SLUG);
        tx.delete(table, slug, Terms::default(), |_| StoreError::Stale);
    }
}

/// Stages that a product has come into a category, or has left it. The transaction fails with
/// [`StoreError::Stale`] if the category is gone.
pub(crate) fn count(db: &Db, tx: &mut Tx, id: CategoryId, change: i8) {
    let terms = Terms {
        condition: Some("attribute_exists(pk)".to_owned()),
        names: vec![("#products", "products")],
        values: vec![(":change", number(change))],
    };
    let members = key(&category_pk(id), MEMBERS);
    let expression = "ADD #products :change";
    tx.update(db.table(), members, expression, terms, |_| {
        StoreError::Stale
    });
}

async fn category_now(db: &Db, id: CategoryId) -> Result<Category, StoreError> {
    let item = db.get_now(&category_pk(id), CATEGORY).await?;
    category(item.ok_or(StoreError::NotFound)?)
}

fn put_category(db: &Db, tx: &mut Tx, category: &Category, terms: Terms) -> Result<(), StoreError> {
    let form = CategoryItem::from(category);
    let item = stored(category_pk(category.id), CATEGORY, "category", &form)?;
    tx.put(db.table(), item, terms, |_| StoreError::Stale);
    Ok(())
}

/// A slug may be written over if it leads to somebody who has another by now.
fn put_slug(db: &Db, tx: &mut Tx, category: &Category) -> Result<(), StoreError> {
    let form = SlugItem {
        v: 1,
        category: category.id,
        former: false,
    };
    let item = stored(slug_pk(&category.slug), SLUG, "slug", &form)?;
    tx.put(db.table(), item, unclaimed(), |_| {
        StoreError::Taken(Unique::Slug)
    });
    Ok(())
}

/// A slug that nobody has: it is unknown, or it was given up for another.
pub(crate) fn unclaimed() -> Terms {
    Terms {
        condition: Some("attribute_not_exists(pk) OR attribute_exists(#former)".to_owned()),
        names: vec![("#former", "former")],
        values: Vec::new(),
    }
}

fn category(item: Item) -> Result<Category, StoreError> {
    Ok(from_item::<CategoryItem>(item)?.into())
}

fn tree(item: Option<Item>) -> Result<Tree, StoreError> {
    match item {
        Some(item) => Ok(from_item::<TreeItem>(item)?.into()),
        None => Ok(Tree::default()),
    }
}
