//! `GET /docs/{asset}`: the guides, and what the pages of the documentation are made of, all of it
//! from here, so that they work offline and tell nobody who reads them.

use edge::route::Caching;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Shows a guide or a part of a page.
pub(crate) struct GetDocsAsset;

/// The path of one part.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AssetPath {
    /// Its name.
    #[schemars(extend("enum" = ASSETS.map(|(name, ..)| name)))]
    asset: String,
}

/// A guide or a part of a page, in the media type of its kind.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(
    inline,
    extend("x-media-types" = MEDIA_TYPES)
)]
pub(crate) struct Part(
    #[schemars(length(min = 1, max = 10_000_000), regex(pattern = r"^[\s\S]+$"))] String,
);

/// The media types of all of them.
const MEDIA_TYPES: &[&str] = &[
    "text/html",
    "text/javascript",
    "text/css",
    "image/svg+xml",
    "application/octet-stream",
];
const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// An asset of the documentation, by its path below `assets/docs`.
macro_rules! asset {
    ($name:literal, $media_type:expr, $file:literal) => {
        (
            $name,
            $media_type,
            include_bytes!(concat!("../assets/docs/", $file)),
        )
    };
}

/// Name, media type and content of each.
static ASSETS: [(&str, &str, &[u8]); 15] = [
    asset!(
        "postman.json",
        "application/octet-stream",
        "../../../../docs/souk.postman_collection.json"
    ),
    asset!("getting-started", HTML, "pages/getting-started.html"),
    asset!("authentication", HTML, "pages/authentication.html"),
    asset!("errors", HTML, "pages/errors.html"),
    asset!("payments-testing", HTML, "pages/payments-testing.html"),
    asset!("pricing", HTML, "pages/pricing.html"),
    asset!("carts", HTML, "pages/carts.html"),
    asset!("changelog", HTML, "pages/changelog.html"),
    asset!("docs.css", "text/css; charset=utf-8", "docs.css"),
    asset!("docs.js", JAVASCRIPT, "docs.js"),
    asset!("dom.js", JAVASCRIPT, "dom.js"),
    asset!("schema.js", JAVASCRIPT, "schema.js"),
    asset!("trial.js", JAVASCRIPT, "trial.js"),
    asset!("guide.js", JAVASCRIPT, "guide.js"),
    asset!("favicon.svg", "image/svg+xml", "favicon.svg"),
];

impl Endpoint for GetDocsAsset {
    const ROUTE: Route = Route::get("/docs/{asset}", "A guide, or a part of the documentation")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .produces(MEDIA_TYPES)
        .caching(Caching::Public(300));
    type Needs = ();
    type Path = AssetPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Part;

    async fn handle((): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Part>, Failure> {
        let sought = ASSETS.iter().find(|(name, ..)| *name == rq.path.asset);
        match sought {
            Some((_, media_type, bytes)) => Ok(Reply::asset(media_type, *bytes)),
            None => Err(Failure::new(Code::NotFound)),
        }
    }
}
