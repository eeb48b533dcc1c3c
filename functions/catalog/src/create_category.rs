//! `POST /categories`: a new category, at the root or below another.

use domain::category::Category;
use domain::id::CategoryId;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};
use store::once::Receipt;

use crate::category::{CategoryDraft, CategoryView, misplaced};

/// Creates a category.
pub(crate) struct CreateCategory;

impl Endpoint for CreateCategory {
    const ROUTE: Route = Route::post("/categories", "Create a category")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .located()
        .errors(&[Code::SlugTaken, Code::InvalidState]);
    type Needs = (Categories<categories::Create>,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = CategoryDraft;
    type Reply = CategoryView;

    async fn handle(
        (categories,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CategoryView>, Failure> {
        categories.recall(rq.once(), rq.now()).await?;
        let id = CategoryId::new(rq.now(), rq.entropy());
        let category = Category::new(id, rq.body.details(id), rq.now());
        let tree = categories.tree_now().await?;
        let tree = tree.with(id, category.place).map_err(misplaced)?;
        let mut tx = categories.begin(&rq.stamp);
        categories.create(&mut tx, &category)?;
        categories.restructure(&mut tx, &tree)?;
        let view = CategoryView::from(category);
        categories.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(view.created())
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<CategoryView>, Failure> {
        Ok(receipt.read::<CategoryView>()?.created())
    }
}
