//! `GET /products/by-slug/{slug}`: one product by its name in addresses of pages. A slug that it had
//! before leads on to the one it has now, until another product takes it. Customers see active products;
//! staff see all.

use domain::slug::Slug;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::categories::CategorySlug;
use store::products::{self, Products};

use crate::product::{ProductView, visible};

/// Reads one product by its slug.
pub(crate) struct GetProductBySlug;

/// The path of one product by its slug.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct SlugPath {
    /// The product's slug, or one that it had before.
    slug: Slug,
}

impl Endpoint for GetProductBySlug {
    const ROUTE: Route = Route::get("/products/by-slug/{slug}", "Get a product by its slug")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate)
        .moves();
    type Needs = (Products<products::Read>, CategorySlug);
    type Path = SlugPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ProductView;

    async fn handle(
        (products, slugs): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        let product = visible(products.by_slug(&rq.path.slug).await?, &rq.caller)?;
        if product.slug != rq.path.slug {
            return Ok(Reply::moved(format!("/products/by-slug/{}", product.slug)));
        }
        let slugs = slugs.of(product.category, rq.now()).await?;
        Ok(ProductView::among(product, &slugs).reply())
    }
}
