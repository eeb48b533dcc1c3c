//! `GET /products/{id}`: one product. Customers see active ones; staff see all.

use domain::product::ProductStatus;
use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::products::{self, Products};

use crate::product::{ProductPath, ProductView};

/// Reads one product.
pub(crate) struct GetProduct;

impl Endpoint for GetProduct {
    const ROUTE: Route = Route::get("/products/{id}", "Get a product")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Products<products::Read>,);
    type Path = ProductPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = ProductView;

    async fn handle(
        (products,): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        let product = products.get(rq.path.id).await?;
        if product.status != ProductStatus::Active && !rq.caller.may(Permission::CatalogRead) {
            return Err(Failure::new(Code::NotFound));
        }
        let version = product.version;
        Ok(Reply::of(product.into()).version(version))
    }
}
