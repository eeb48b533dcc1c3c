//! `PATCH /products/{id}`: some of a product written anew, over the version that `If-Match` names. A
//! merge patch says what differs, a JSON Patch says how it comes about.

use domain::role::Permission;
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};
use store::products::{self, Products};
use store::shop::Shop;

use crate::product::{ProductDraft, ProductPath, ProductView, slug_of};
use crate::replace_product::rewrite;

/// Changes a product.
pub(crate) struct ChangeProduct;

impl Endpoint for ChangeProduct {
    const ROUTE: Route = Route::patch("/products/{id}", "Change a product")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .guarded()
        .errors(&[Code::SlugTaken, Code::SkuTaken, Code::PatchFailed]);
    type Needs = (Products<products::Edit>, Categories<categories::Read>, Shop);
    type Path = ProductPath;
    type Query = Nothing;
    type Body = ProductDraft;
    type Reply = ProductView;

    async fn document(
        (products, categories, _): &Self::Needs,
        path: &ProductPath,
        _: &Caller,
    ) -> Result<Document, Failure> {
        let product = products.get(path.id).await?;
        let (version, category) = (product.version, slug_of(&product, categories).await?);
        Document::of(&ProductDraft::of(product, category), version)
    }

    async fn handle(
        (products, categories, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        rewrite(products, categories, shop, rq).await
    }
}
