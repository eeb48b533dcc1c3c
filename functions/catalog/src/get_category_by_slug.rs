//! `GET /categories/by-slug/{slug}`: one category by its name in addresses of pages. A slug that it had
//! before leads on to the one it has now, until another category takes it.

use domain::slug::Slug;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::categories::{self, Categories};

use crate::category::CategoryView;

/// Reads one category by its slug.
pub(crate) struct GetCategoryBySlug;

/// The path of one category by its slug.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SlugPath {
    /// The category's slug, or one that it had before.
    slug: Slug,
}

impl Endpoint for GetCategoryBySlug {
    const ROUTE: Route = Route::get("/categories/by-slug/{slug}", "Get a category by its slug")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate)
        .moves();
    type Needs = (Categories<categories::Read>,);
    type Path = SlugPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = CategoryView;

    async fn handle(
        (categories,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CategoryView>, Failure> {
        let category = categories.by_slug(&rq.path.slug).await?;
        if category.slug != rq.path.slug {
            let path = format!("/categories/by-slug/{}", category.slug);
            return Ok(Reply::moved(path));
        }
        Ok(CategoryView::from(category).reply())
    }
}
