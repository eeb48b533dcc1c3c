//! Catalogue: products, their variants and prices. Owns the routes below `/products`; may depend on
//! `domain`, `store` and `edge`; must never know another service's functions.

use edge::{Function, endpoint};

mod change_product;
mod create_product;
mod delete_product;
mod get_product;
mod list_products;
mod product;
mod replace_product;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(change_product::ChangeProduct),
    endpoint!(create_product::CreateProduct),
    endpoint!(delete_product::DeleteProduct),
    endpoint!(get_product::GetProduct),
    endpoint!(list_products::ListProducts),
    endpoint!(replace_product::ReplaceProduct),
];
