//! The catalogue's endpoints.

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
mod replace_category;
mod replace_product;

use serde_json::{Value, json};

use crate::shop::{Answer, Person};

/// A new category right below another, or at the root, and its id.
async fn category(admin: &Person<'_>, name: &str, parent: Option<&str>) -> String {
    let body = json!({"name": name, "parentId": parent});
    let created = admin.post("/api/v1/categories", &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    created.text("/data/id")
}

/// Changes what stands at a path, whatever its version.
async fn patch(person: &Person<'_>, path: &str, merge: &Value) -> Answer {
    let ask = person.ask("PATCH", path).header("if-match", "*");
    ask.json(merge).send().await
}
