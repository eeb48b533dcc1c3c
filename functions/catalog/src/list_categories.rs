//! `GET /categories`: all categories, or those right below one. Each comes behind its parent, and those of
//! one parent in the order of their positions, so that the tree can be built in one go.

use domain::id::CategoryId;
use edge::paging::Paging;
use edge::route::Caching;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::StoreError;
use store::categories::{self, Categories};

use crate::category::CategoryView;

/// Lists categories.
pub(crate) struct ListCategories;

/// Which categories, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CategoriesQuery {
    /// Only the categories right below this one.
    #[schemars(example = &"019bc0b1-4de8-7000-8000-000000110001")]
    parent_id: Option<CategoryId>,
    #[serde(flatten)]
    paging: Paging,
}

impl Endpoint for ListCategories {
    const ROUTE: Route = Route::get("/categories", "List categories")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate)
        .errors(&[Code::ValidationFailed]);
    type Needs = (Categories<categories::List>, Seal);
    type Path = Nothing;
    type Query = CategoriesQuery;
    type Body = Nothing;
    type Reply = Vec<CategoryView>;

    async fn handle(
        (categories, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<CategoryView>>, Failure> {
        let parent = rq.query.parent_id;
        let list = seal.list(Self::ROUTE.path, format!("{parent:?}"));
        let bounds = list.bounds(&rq.query.paging)?;
        match categories.page(parent, &bounds).await {
            Err(StoreError::NotFound) => Err(Failure::rule(
                "parentId",
                "must be the id of an existing category",
            )),
            page => Ok(list.reply(page?)),
        }
    }
}
