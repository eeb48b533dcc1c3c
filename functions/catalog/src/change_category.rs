//! `PATCH /categories/{id}`: some of a category written anew, over the version that `If-Match` names. A
//! merge patch says what differs, a JSON Patch says how it comes about.

use domain::role::Permission;
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};

use crate::category::{CategoryDraft, CategoryPath, CategoryView};
use crate::replace_category::rewrite;

/// Changes a category.
pub(crate) struct ChangeCategory;

impl Endpoint for ChangeCategory {
    const ROUTE: Route = Route::patch("/categories/{id}", "Change a category")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .guarded()
        .errors(&[Code::SlugTaken, Code::PatchFailed]);
    type Needs = (Categories<categories::Edit>,);
    type Path = CategoryPath;
    type Query = Nothing;
    type Body = CategoryDraft;
    type Reply = CategoryView;

    async fn document(
        (categories,): &Self::Needs,
        path: &CategoryPath,
        _: &Caller,
    ) -> Result<Document, Failure> {
        let category = categories.get(path.id).await?;
        let version = category.version;
        Document::of(&CategoryDraft::from(category), version)
    }

    async fn handle(
        (categories,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CategoryView>, Failure> {
        rewrite(categories, rq).await
    }
}
