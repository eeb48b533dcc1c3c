//! `DELETE /products/{id}`: a product that was never sold is gone; one that was is archived, because
//! orders refer to it.

use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::StoreError;
use store::products::{self, Products};
use store::shop::Shop;
use store::stock::{self, Stock};

use crate::product::ProductPath;

/// Deletes or archives a product.
pub(crate) struct DeleteProduct;

impl Endpoint for DeleteProduct {
    const ROUTE: Route = Route::delete("/products/{id}", "Delete a product")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .versioned();
    type Needs = (Products<products::Edit>, Stock<stock::Untaken>, Shop);
    type Path = ProductPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle(
        (products, stock, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Nothing>, Failure> {
        let product = products.get(rq.path.id).await?;
        rq.expects(product.version)?;
        let mut tx = products.begin(&rq.stamp);
        products.delete(&mut tx, &product)?;
        for variant in &product.variants {
            stock.never_taken(&mut tx, &variant.sku);
        }
        match tx.commit().await {
            Err(StoreError::Sold) => {
                let mut tx = products.begin(&rq.stamp);
                let archived = product.archive(rq.now());
                products.replace(&mut tx, &product, &archived, shop.currency)?;
                tx.commit().await?;
            }
            done => done?,
        }
        Ok(Reply::nothing())
    }
}
