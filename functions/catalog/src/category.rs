//! A category on the wire.

use domain::category::{Category, Details, Misplaced, Place};
use domain::clock::Timestamp;
use domain::id::CategoryId;
use domain::slug::Slug;
use domain::text::{Description, Title};
use edge::{Code, Failure, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A category, in which products are found.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Category")]
pub(crate) struct CategoryView {
    /// The category's id.
    id: CategoryId,
    /// What it is called.
    name: Title,
    /// Its name in addresses of pages, unique among categories.
    slug: Slug,
    /// What it is about; empty if nobody says.
    description: Description,
    /// The category right above it; null at the root.
    parent_id: Option<CategoryId>,
    /// Its position among those of the same parent, the least first; of equal ones, the oldest first.
    #[schemars(range(max = 1_000_000))]
    position: u32,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was created.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
}

impl CategoryView {
    /// The category as a reply.
    pub(crate) fn reply(self) -> Reply<Self> {
        let version = self.version;
        Reply::of(self).version(version)
    }

    /// The category as the reply to its creation.
    pub(crate) fn created(self) -> Reply<Self> {
        let path = format!("/categories/{}", self.id);
        self.reply().location(path)
    }
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        let Category {
            id,
            name,
            slug,
            description,
            place: Place { parent, position },
            version,
            created_at,
            updated_at,
        } = category;
        Self {
            id,
            name,
            slug,
            description,
            parent_id: parent,
            position,
            version,
            created_at,
            updated_at,
        }
    }
}

/// A category as staff write it: what is left out is cleared.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CategoryDraft {
    /// Its name, 1 to 100 characters.
    name: Title,
    /// Its name in URLs; made from the name unless given.
    slug: Option<Slug>,
    /// What it is about, up to 5,000 characters.
    #[serde(default)]
    description: Option<Description>,
    /// The category right above it; none at the root. The tree has at most 5 levels, and no category more
    /// than 50 others below it.
    parent_id: Option<CategoryId>,
    /// Its position among those of the same parent, the least first; 0 unless given.
    #[schemars(range(min = 0, max = 1_000_000))]
    position: Option<u32>,
}

impl CategoryDraft {
    /// The category's details, with what was left out cleared or made up.
    pub(crate) fn details(&self, id: CategoryId) -> Details {
        let Self {
            name,
            slug,
            description,
            parent_id,
            position,
        } = self;
        Details {
            name: name.clone(),
            slug: slug.clone().unwrap_or_else(|| Slug::of_category(name, id)),
            description: description.clone().unwrap_or_default(),
            place: Place {
                parent: *parent_id,
                position: position.unwrap_or(0),
            },
        }
    }
}

/// The draft that would make the category as it stands.
impl From<Category> for CategoryDraft {
    fn from(category: Category) -> Self {
        let Category {
            id: _,
            name,
            slug,
            description,
            place: Place { parent, position },
            version: _,
            created_at: _,
            updated_at: _,
        } = category;
        Self {
            name,
            slug: Some(slug),
            description: Some(description),
            parent_id: parent,
            position: Some(position),
        }
    }
}

/// The failure of putting a category where the tree does not bear it, or of taking it away.
pub(crate) fn misplaced(why: Misplaced) -> Failure {
    match why {
        Misplaced::Full | Misplaced::HasSubcategories => {
            Failure::new(Code::InvalidState).error(why.to_string())
        }
        Misplaced::UnknownParent
        | Misplaced::BelowItself
        | Misplaced::TooDeep
        | Misplaced::Crowded => Failure::rule("parentId", why),
    }
}

/// The path of one category.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct CategoryPath {
    /// The category's id.
    pub(crate) id: CategoryId,
}
