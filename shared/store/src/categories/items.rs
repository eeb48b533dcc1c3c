//! What categories and their tree are stored as.

use serde::{Deserialize, Serialize};

use domain::category::{Category, Place, Tree};
use domain::clock::Timestamp;
use domain::id::CategoryId;
use domain::slug::Slug;
use domain::text::{Description, Title};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CategoryItem {
    v: u8,
    id: CategoryId,
    name: Title,
    slug: Slug,
    description: Description,
    parent_id: Option<CategoryId>,
    position: u32,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TreeItem {
    v: u8,
    version: u64,
    places: Vec<PlaceItem>,
}

/// In as few bytes as it takes: there are many of these in one item.
#[derive(Serialize, Deserialize)]
struct PlaceItem {
    id: CategoryId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<CategoryId>,
    #[serde(rename = "at")]
    position: u32,
}

/// Whose a slug is, or was.
#[derive(Serialize, Deserialize)]
pub(super) struct SlugItem {
    pub(super) v: u8,
    pub(super) category: CategoryId,
    /// That it is no longer the category's own, and free for others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) former: bool,
}

/// How many products are in a category.
#[derive(Serialize)]
pub(super) struct MembersItem {
    pub(super) v: u8,
    pub(super) products: u64,
}

impl From<&Category> for CategoryItem {
    fn from(category: &Category) -> Self {
        let Category {
            id,
            name,
            slug,
            description,
            place: Place { parent, position },
            version,
            created_at,
            updated_at,
        } = category.clone();
        Self {
            v: 1,
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

impl From<CategoryItem> for Category {
    fn from(item: CategoryItem) -> Self {
        let CategoryItem {
            v: _,
            id,
            name,
            slug,
            description,
            parent_id,
            position,
            version,
            created_at,
            updated_at,
        } = item;
        Self {
            id,
            name,
            slug,
            description,
            place: Place {
                parent: parent_id,
                position,
            },
            version,
            created_at,
            updated_at,
        }
    }
}

impl From<&Tree> for TreeItem {
    fn from(tree: &Tree) -> Self {
        let places = tree.places().iter().map(|(id, place)| {
            let Place { parent, position } = *place;
            PlaceItem {
                id: *id,
                parent,
                position,
            }
        });
        Self {
            v: 1,
            version: tree.version(),
            places: places.collect(),
        }
    }
}

impl From<TreeItem> for Tree {
    fn from(item: TreeItem) -> Self {
        let TreeItem {
            v: _,
            version,
            places,
        } = item;
        let places = places.into_iter().map(|place| {
            let PlaceItem {
                id,
                parent,
                position,
            } = place;
            (id, Place { parent, position })
        });
        Self::new(places.collect(), version)
    }
}
