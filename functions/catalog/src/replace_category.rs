//! `PUT /categories/{id}`: a category written anew, over the version that `If-Match` names. Optional
//! fields that are left out are cleared. Where it goes, everything below it goes along.

use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};

use crate::category::{CategoryDraft, CategoryPath, CategoryView, misplaced};

/// Replaces a category.
pub(crate) struct ReplaceCategory;

impl Endpoint for ReplaceCategory {
    const ROUTE: Route = Route::put("/categories/{id}", "Replace a category")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .guarded()
        .errors(&[Code::SlugTaken]);
    type Needs = (Categories<categories::Edit>,);
    type Path = CategoryPath;
    type Query = Nothing;
    type Body = CategoryDraft;
    type Reply = CategoryView;

    async fn handle(
        (categories,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CategoryView>, Failure> {
        rewrite(categories, rq).await
    }
}

/// Writes a category as the body says, over the version that the request expects.
pub(crate) async fn rewrite<E>(
    categories: &Categories<categories::Edit>,
    rq: &Rq<E>,
) -> Result<Reply<CategoryView>, Failure>
where
    E: Endpoint<Path = CategoryPath, Body = CategoryDraft>,
{
    let old = categories.get(rq.path.id).await?;
    rq.expects(old.version)?;
    let new = old.replace(rq.body.details(old.id), rq.now());
    let mut tx = categories.begin(&rq.stamp);
    categories.replace(&mut tx, &old, &new)?;
    if old.place != new.place {
        let tree = categories.tree_now().await?;
        let tree = tree.with(new.id, new.place).map_err(misplaced)?;
        categories.restructure(&mut tx, &tree)?;
    }
    tx.commit().await?;
    Ok(CategoryView::from(new).reply())
}
