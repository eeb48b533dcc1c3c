//! `GET /products`: products, newest first. Customers see active ones; staff see all, or those of one
//! status.

use domain::product::ProductStatus;
use domain::role::Permission;
use edge::cursor::Limit;
use edge::route::Caching;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::handle::Page;
use store::products::{self, Products};

use crate::product::ProductView;

/// Lists products.
pub(crate) struct ListProducts;

/// Which products, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// Only products of this status; for staff.
    status: Option<ProductStatus>,
    /// Where to go on: `nextCursor` of the page before.
    #[schemars(length(min = 1, max = 1024))]
    cursor: Option<String>,
    /// How many items, 1 to 100.
    #[serde(default)]
    limit: Limit,
}

impl Endpoint for ListProducts {
    const ROUTE: Route = Route::get("/products", "List products")
        .auth(Auth::Anyone)
        .caching(Caching::Revalidate);
    type Needs = (Products<products::List>, Seal);
    type Path = Nothing;
    type Query = ListQuery;
    type Body = Nothing;
    type Reply = Vec<ProductView>;

    async fn handle(
        (products, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<ProductView>>, Failure> {
        let ListQuery {
            status,
            cursor,
            limit,
        } = &rq.query;
        let staff = rq.caller.may(Permission::CatalogRead);
        let statuses = match status {
            Some(status) if staff || *status == ProductStatus::Active => vec![*status],
            Some(_) => return Err(Failure::new(Code::Forbidden).error("status: is for staff")),
            None if staff => ProductStatus::ALL.to_vec(),
            None => vec![ProductStatus::Active],
        };
        let cursors = seal.cursors(Self::ROUTE.path, format!("{statuses:?}"));
        let after = cursors.open(cursor.as_deref())?;
        let Page { items, next } = products.list(&statuses, after, limit.get()).await?;
        let views = items.into_iter().map(ProductView::from).collect();
        Ok(Reply::of(views).next(next.map(|position| cursors.at(&position))))
    }
}
