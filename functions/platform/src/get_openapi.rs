//! `GET /openapi.json`: the description of the API, for machines.

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};

/// Shows the description of the API.
pub(crate) struct GetOpenapi;

static OPENAPI: &[u8] = include_bytes!("../../../openapi.json");

impl Endpoint for GetOpenapi {
    const ROUTE: Route = Route::get("/openapi.json", "The description of this API")
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
        Ok(Reply::asset("application/json", OPENAPI))
    }
}
