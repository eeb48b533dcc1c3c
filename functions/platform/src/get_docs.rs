//! `GET /docs`: the description of the API, for people, who can try it out there.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Shows the page.
pub(crate) struct GetDocs;

/// The page.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(inline, extend("x-media-types" = ["text/html"]))]
pub(crate) struct Page(
    #[schemars(length(min = 1, max = 1_000_000), regex(pattern = r"^[\s\S]+$"))] String,
);

static PAGE: &[u8] = include_bytes!("../assets/docs/pages/docs.html");

impl Endpoint for GetDocs {
    const ROUTE: Route = Route::get("/docs", "The documentation of this API")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .produces(&["text/html"])
        .caching(Caching::Public(300));
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Page;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Page>, Failure> {
        Ok(Reply::asset("text/html; charset=utf-8", PAGE))
    }
}
