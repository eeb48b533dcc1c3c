//! Catalogue: products, their variants and prices, and the categories they are found in. Owns the routes
//! below `/products` and `/categories`; may depend on `domain`, `store` and `edge`; must never know
//! another service's functions.

use edge::{Function, endpoint};

mod category;
mod change_category;
mod change_product;
mod create_category;
mod create_product;
mod delete_category;
mod delete_product;
mod get_category;
mod get_category_by_slug;
mod get_product;
mod get_product_by_slug;
mod list_categories;
mod list_products;
mod product;
mod replace_category;
mod replace_product;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(change_category::ChangeCategory),
    endpoint!(change_product::ChangeProduct),
    endpoint!(create_category::CreateCategory),
    endpoint!(create_product::CreateProduct),
    endpoint!(delete_category::DeleteCategory),
    endpoint!(delete_product::DeleteProduct),
    endpoint!(get_category::GetCategory),
    endpoint!(get_category_by_slug::GetCategoryBySlug),
    endpoint!(get_product::GetProduct),
    endpoint!(get_product_by_slug::GetProductBySlug),
    endpoint!(list_categories::ListCategories),
    endpoint!(list_products::ListProducts),
    endpoint!(replace_category::ReplaceCategory),
    endpoint!(replace_product::ReplaceProduct),
];
