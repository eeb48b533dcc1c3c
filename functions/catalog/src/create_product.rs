//! `POST /products`: a new product with its variants.

use domain::id::ProductId;
use domain::product::Product;
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::categories::{self, Categories};
use store::once::Receipt;
use store::products::{self, Products};
use store::shop::Shop;

use crate::product::{ProductDraft, ProductView};

/// Creates a product.
pub(crate) struct CreateProduct;

impl Endpoint for CreateProduct {
    const ROUTE: Route = Route::post("/products", "Create a product")
        .auth(Auth::Staff(Permission::CatalogWrite))
        .located()
        .errors(&[Code::SlugTaken, Code::SkuTaken]);
    type Needs = (
        Products<products::Create>,
        Categories<categories::Read>,
        Shop,
    );
    type Path = Nothing;
    type Query = Nothing;
    type Body = ProductDraft;
    type Reply = ProductView;

    async fn handle(
        (products, categories, shop): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<ProductView>, Failure> {
        products.recall(rq.once(), rq.now()).await?;
        let id = ProductId::new(rq.now(), rq.entropy());
        let make = |details| Product::new(id, details, rq.now());
        let (product, category) = rq.body.written(id, categories, make).await?;
        let mut tx = products.begin(&rq.stamp);
        products.create(&mut tx, &product, shop.currency)?;
        let view = ProductView::of(product, category);
        products.remember(&mut tx, rq.once(), &view)?;
        tx.commit().await?;
        Ok(created(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<ProductView>, Failure> {
        Ok(created(receipt.read()?))
    }
}

fn created(view: ProductView) -> Reply<ProductView> {
    let path = format!("/products/{}", view.id());
    view.reply().location(path)
}
