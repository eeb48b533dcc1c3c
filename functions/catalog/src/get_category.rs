//! `GET /categories/{id}`: one category.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};

use crate::category::{CategoryPath, CategoryView};

/// Reads one category.
pub(crate) struct GetCategory;

impl Endpoint for GetCategory {
    const ROUTE: Route = Route::get("/categories/{id}", "Get a category")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Categories<categories::Read>,);
    type Path = CategoryPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = CategoryView;

    async fn handle(
        (categories,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CategoryView>, Failure> {
        let category = categories.get(rq.path.id).await?;
        Ok(CategoryView::from(category).reply())
    }
}
