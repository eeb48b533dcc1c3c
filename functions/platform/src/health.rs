//! `GET /health`: answers as long as anything can.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Says that the shop is alive.
pub(crate) struct Health;

/// That the shop is alive.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Health")]
pub(crate) struct HealthView {
    /// Alive, or nobody would answer.
    status: Alive,
}

/// The only thing that one who answers can say.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Alive {
    /// Alive.
    Ok,
}

impl Endpoint for Health {
    const ROUTE: Route = Route::get("/health", "Is the shop alive?")
        .at_root()
        .auth(Auth::Open);
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = HealthView;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<HealthView>, Failure> {
        Ok(Reply::of(HealthView { status: Alive::Ok }))
    }
}
