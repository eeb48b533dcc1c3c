//! `PUT /products/{id}`: a product written anew, over the version that `If-Match` names. Optional
//! fields that are left out are cleared.

use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};
use store::products::{self, Products};
use store::shop::Shop;

use crate::product::{ProductDraft, ProductPath, ProductView};

/// Replaces a product.
pub(crate) struct ReplaceProduct;

impl Endpoint for ReplaceProduct {
    const ROUTE: Route = Route::put("/products/{id}", "Replace a product")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .guarded()
        .errors(&[Code::SlugTaken, Code::SkuTaken]);
    type Needs = (Products<products::Edit>, Categories<categories::Read>, Shop);
    type Path = ProductPath;
    type Query = Nothing;
    type Body = ProductDraft;
    type Reply = ProductView;

    async fn handle(
        (products, categories, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        rewrite(products, categories, shop, rq).await
    }
}

/// Writes a product as the body says, over the version that the request expects.
pub(crate) async fn rewrite<E>(
    products: &Products<products::Edit>,
    categories: &Categories<categories::Read>,
    shop: &Shop,
    rq: &Rq<E>,
) -> Result<Reply<ProductView>, Failure>
where
    E: Endpoint<Path = ProductPath, Body = ProductDraft>,
{
    let old = products.get(rq.path.id).await?;
    rq.expects(old.version)?;
    let make = |details| old.replace(details, rq.now());
    let (new, category) = rq.body.written(old.id, categories, make).await?;
    let mut tx = products.begin(&rq.stamp);
    products.replace(&mut tx, &old, &new, shop.currency)?;
    tx.commit().await?;
    Ok(ProductView::of(new, category).reply())
}
