//! `GET /openapi.json`: the description of the API, for machines.

use std::collections::BTreeMap;

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Shows the description of the API.
pub(crate) struct GetOpenapi;

/// An OpenAPI document. What stands in it, <https://spec.openapis.org/oas/v3.1.0> says.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OpenApi")]
pub(crate) struct Document {
    /// The version of the format.
    #[schemars(extend("const" = "3.1.0"))]
    openapi: String,
    /// The dialect of the schemas.
    #[schemars(url, length(max = 2_048))]
    json_schema_dialect: String,
    /// What the API is.
    info: Part,
    /// Where it is.
    #[schemars(length(max = 20))]
    servers: Vec<Part>,
    /// Its parts.
    #[schemars(length(max = 100))]
    tags: Vec<Part>,
    /// Its operations, by path and method.
    paths: Part,
    /// What the operations share.
    components: Part,
}

/// A part of the document, by names that the format knows or the API has chosen.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OpenApiPart", extend("maxProperties" = 300))]
struct Part(BTreeMap<String, Value>);

static OPENAPI: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.json"));

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
    type Reply = Document;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Document>, Failure> {
        Ok(Reply::asset("application/json", OPENAPI))
    }
}
