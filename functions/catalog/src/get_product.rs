//! `GET /products/{id}`: one product. Customers see active ones; staff see all.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::CategorySlug;
use store::products::{self, Products};

use crate::product::{ProductPath, ProductView, visible};

/// Reads one product.
pub(crate) struct GetProduct;

impl Endpoint for GetProduct {
    const ROUTE: Route = Route::get("/products/{id}", "Get a product")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Products<products::Read>, CategorySlug);
    type Path = ProductPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ProductView;

    async fn handle(
        (products, slugs): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        let product = visible(products.get(rq.path.id).await?, &rq.caller)?;
        let slugs = slugs.of(product.category, rq.now()).await?;
        Ok(ProductView::among(product, &slugs).reply())
    }
}
