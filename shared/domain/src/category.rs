//! Where products are found: categories, and the tree that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::clock::Timestamp;
use crate::id::CategoryId;
use crate::slug::Slug;
use crate::text::{Description, Title};

/// How many levels the tree has; a category without a parent stands on the first.
pub const MAX_DEPTH: usize = 5;
/// How many categories may stand below any one: a list of all that is in and below it is read from each.
pub const MAX_BELOW: usize = 50;
/// How many categories a shop has: the tree is one item.
pub const MAX_CATEGORIES: usize = 500;
/// The greatest position among the categories of one parent.
pub const MAX_POSITION: u32 = 1_000_000;

/// Everything about a category that staff decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// What it is called.
    pub name: Title,
    /// Its name in addresses of pages.
    pub slug: Slug,
    /// What it is about.
    pub description: Description,
    /// Where it stands.
    pub place: Place,
}

/// Where a category stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The category right above it; none at the root.
    pub parent: Option<CategoryId>,
    /// Its position among those of the same parent, of which the least comes first. Of equal ones, the
    /// oldest does.
    pub position: u32,
}

/// What products are found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// Names the category.
    pub id: CategoryId,
    /// What it is called.
    pub name: Title,
    /// Its name in addresses of pages, unique among categories.
    pub slug: Slug,
    /// What it is about.
    pub description: Description,
    /// Where it stands.
    pub place: Place,
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was first written down.
    pub created_at: Timestamp,
    /// When anything about it last changed.
    pub updated_at: Timestamp,
}

impl Category {
    /// A new category. Whether it may stand where it is put, the [`Tree`] says.
    #[must_use]
    pub fn new(id: CategoryId, details: Details, now: Timestamp) -> Self {
        Self::build(id, details, 1, now, now)
    }

    /// The category with all its details replaced.
    #[must_use]
    pub fn replace(&self, details: Details, now: Timestamp) -> Self {
        Self::build(self.id, details, self.version + 1, self.created_at, now)
    }

    fn build(
        id: CategoryId,
        details: Details,
        version: u64,
        created_at: Timestamp,
        updated_at: Timestamp,
    ) -> Self {
        let Details {
            name,
            slug,
            description,
            place,
        } = details;
        Self {
            id,
            name,
            slug,
            description,
            place,
            version,
            created_at,
            updated_at,
        }
    }
}

/// Why a category cannot be put somewhere, or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misplaced {
    /// The shop has as many as it may have.
    Full,
    /// There is no such parent.
    UnknownParent,
    /// It would stand below itself.
    BelowItself,
    /// It, or what stands below it, would be on too deep a level.
    TooDeep,
    /// Too many would stand below a category above it.
    Crowded,
    /// Others stand below it.
    HasSubcategories,
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => write!(
                f,
                "the shop has {MAX_CATEGORIES} categories, and no room for more"
            ),
            Self::UnknownParent => f.write_str("must be the id of an existing category"),
            Self::BelowItself => {
                f.write_str("must be neither the category itself nor one below it")
            }
            Self::TooDeep => write!(f, "must leave the tree with at most {MAX_DEPTH} levels"),
            Self::Crowded => write!(
                f,
                "must leave every category with at most {MAX_BELOW} others below it"
            ),
            Self::HasSubcategories => f.write_str("the category has subcategories"),
        }
    }
}

impl std::error::Error for Misplaced {}

/// Where all categories stand. It changes as a whole, so that of two changes at once, each of which it
/// bears, it never takes both if it does not bear them together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    places: BTreeMap<CategoryId, Place>,
    /// Counts the changes; 0 before the first.
    version: u64,
}

impl Tree {
    /// The tree of these places at a version.
    #[must_use]
    pub const fn new(places: BTreeMap<CategoryId, Place>, version: u64) -> Self {
        Self { places, version }
    }

    /// Where each category stands.
    #[must_use]
    pub const fn places(&self) -> &BTreeMap<CategoryId, Place> {
        &self.places
    }

    /// How often it was changed.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The tree with a category at a place, with all that stands below it.
    ///
    /// # Errors
    /// Which of the tree's rules that would break.
    pub fn with(&self, id: CategoryId, place: Place) -> Result<Self, Misplaced> {
        let mut tree = self.clone();
        tree.version += 1;
        tree.places.insert(id, place);
        if tree.places.len() > MAX_CATEGORIES {
            return Err(Misplaced::Full);
        }
        let Some(parent) = place.parent else {
            return Ok(tree);
        };
        if !tree.places.contains_key(&parent) {
            return Err(Misplaced::UnknownParent);
        }
        // Looked for where the category still stands at its old place: at the new one it would be a ring.
        if parent == id || self.lineage(parent).contains(&id) {
            return Err(Misplaced::BelowItself);
        }
        let above = tree.lineage(parent);
        if !tree.is_shallow_below(id, above.len() + 1) {
            return Err(Misplaced::TooDeep);
        }
        if above.iter().any(|one| tree.below(*one).len() > MAX_BELOW) {
            return Err(Misplaced::Crowded);
        }
        Ok(tree)
    }

    /// The tree without a category.
    ///
    /// # Errors
    /// [`Misplaced::HasSubcategories`].
    pub fn without(&self, id: CategoryId) -> Result<Self, Misplaced> {
        if self.children(id).next().is_some() {
            return Err(Misplaced::HasSubcategories);
        }
        let mut tree = self.clone();
        tree.version += 1;
        tree.places.remove(&id);
        Ok(tree)
    }

    /// The categories from the root down to this one, itself included; none if there is no such category.
    #[must_use]
    pub fn lineage(&self, id: CategoryId) -> Vec<CategoryId> {
        let mut lineage = Vec::new();
        let mut next = self.places.contains_key(&id).then_some(id);
        while let Some(id) = next
            && lineage.len() < MAX_DEPTH
        {
            lineage.push(id);
            next = self.places.get(&id).and_then(|place| place.parent);
        }
        lineage.reverse();
        lineage
    }

    /// All categories below this one, on whatever level.
    #[must_use]
    pub fn below(&self, id: CategoryId) -> BTreeSet<CategoryId> {
        let mut below = BTreeSet::new();
        let mut level = vec![id];
        while let Some(parent) = level.pop() {
            level.extend(self.children(parent).filter(|child| below.insert(*child)));
        }
        below
    }

    /// The categories, each behind its parent and among those of one parent in the order of their
    /// positions. Each comes behind the places of those above it and its own, which sort like this list.
    #[must_use]
    pub fn in_order(&self) -> Vec<(Vec<(u32, CategoryId)>, CategoryId)> {
        let way = |id: &CategoryId| {
            let lineage = self.lineage(*id).into_iter();
            lineage
                .filter_map(|id| Some((self.places.get(&id)?.position, id)))
                .collect::<Vec<_>>()
        };
        let mut all: Vec<_> = self.places.keys().map(|id| (way(id), *id)).collect();
        all.sort();
        all
    }

    fn children(&self, parent: CategoryId) -> impl Iterator<Item = CategoryId> {
        self.places
            .iter()
            .filter(move |(_, place)| place.parent == Some(parent))
            .map(|(id, _)| *id)
    }

    /// Whether nothing from a category on this level downwards stands too deep.
    fn is_shallow_below(&self, id: CategoryId, level: usize) -> bool {
        level <= MAX_DEPTH
            && self
                .children(id)
                .all(|child| self.is_shallow_below(child, level + 1))
    }
}
