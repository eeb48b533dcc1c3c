//! `GET /docs`: the description of the API, for people, who can try it out there.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};

/// Shows the page.
pub(crate) struct GetDocs;

static PAGE: &[u8] = include_bytes!("../assets/docs.html");

impl Endpoint for GetDocs {
    const ROUTE: Route = Route::get("/docs", "The documentation of this API")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .caching(Caching::Public(300));
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        Ok(Reply::asset("text/html; charset=utf-8", PAGE))
    }
}
