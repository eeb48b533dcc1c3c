//! `GET /docs/{asset}`: what the documentation page is made of, all of it from here, so that it works
//! offline and tells nobody who reads it.

use edge::route::Caching;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;

/// Shows a part of the page.
pub(crate) struct GetDocsAsset;

/// The path of one part.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AssetPath {
    /// Its file's name.
    asset: String,
}

/// Name, media type and content of each.
static ASSETS: [(&str, &str, &[u8]); 5] = [
    (
        "docs.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/docs.js"),
    ),
    (
        "swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../assets/swagger-ui/swagger-ui-bundle.js"),
    ),
    (
        "swagger-ui.css",
        "text/css; charset=utf-8",
        include_bytes!("../assets/swagger-ui/swagger-ui.css"),
    ),
    (
        "LICENSE",
        "text/plain; charset=utf-8",
        include_bytes!("../assets/swagger-ui/LICENSE"),
    ),
    (
        "NOTICE",
        "text/plain; charset=utf-8",
        include_bytes!("../assets/swagger-ui/NOTICE"),
    ),
];

impl Endpoint for GetDocsAsset {
    const ROUTE: Route = Route::get("/docs/{asset}", "A part of the documentation page")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .caching(Caching::Public(300));
    type Needs = ();
    type Path = AssetPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let sought = ASSETS.iter().find(|(name, ..)| *name == rq.path.asset);
        match sought {
            Some((_, media_type, bytes)) => Ok(Reply::asset(media_type, *bytes)),
            None => Err(Failure::new(Code::NotFound)),
        }
    }
}
