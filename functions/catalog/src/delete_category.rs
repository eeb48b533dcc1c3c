//! `DELETE /categories/{id}`: the end of a category that is empty. One that others stand below, or that
//! products are in, stays: 409 `invalid_state` says which.

use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::StoreError;
use store::categories::{self, Categories};

use crate::category::{CategoryPath, misplaced};

/// Deletes a category.
pub(crate) struct DeleteCategory;

impl Endpoint for DeleteCategory {
    const ROUTE: Route = Route::delete("/categories/{id}", "Delete a category")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .versioned()
        .errors(&[Code::InvalidState]);
    type Needs = (Categories<categories::Remove>,);
    type Path = CategoryPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((categories,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let category = categories.get(rq.path.id).await?;
        rq.expects(category.version)?;
        let tree = categories.tree_now().await?;
        let tree = tree.without(category.id).map_err(misplaced)?;
        let mut tx = categories.begin(&rq.stamp);
        categories.restructure(&mut tx, &tree)?;
        categories.delete(&mut tx, &category);
        match tx.commit().await {
            Err(StoreError::Occupied) => {
                Err(Failure::new(Code::InvalidState).error("the category has products"))
            }
            done => {
                done?;
                Ok(Reply::nothing())
            }
        }
    }
}
