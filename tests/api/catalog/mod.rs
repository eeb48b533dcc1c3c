//! The catalogue's endpoints.

mod change_product;
mod create_product;
mod delete_product;
mod get_product;
mod list_products;
mod replace_product;
