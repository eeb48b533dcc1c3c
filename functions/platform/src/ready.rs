//! `GET /ready`: whether each service that the shop depends on answers; 503 if one does not.

use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::readiness::{Finding, Probe};

/// Says whether the shop can work.
pub(crate) struct Ready;

/// Whether the shop can work.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Readiness {
    /// Whether all dependencies answer.
    status: ReadyStatus,
    /// Each of them.
    #[schemars(length(max = 100))]
    dependencies: Vec<Dependency>,
}

/// Whether all dependencies answer.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum ReadyStatus {
    /// All do.
    Ready,
    /// At least one does not.
    Degraded,
}

/// A service that the shop depends on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Dependency {
    /// Its kind and its name.
    #[schemars(length(max = 100), regex(pattern = "^[a-z0-9 -]+$"))]
    name: String,
    /// Whether it answers.
    status: DependencyStatus,
}

/// Whether a dependency answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum DependencyStatus {
    /// It does.
    Up,
    /// It does not.
    Down,
}

impl Endpoint for Ready {
    const ROUTE: Route = Route::get("/ready", "Can the shop work?")
        .at_root()
        .auth(Auth::Open)
        .also(503);
    type Needs = (Probe,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Readiness;

    async fn handle((probe,): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Readiness>, Failure> {
        let findings = probe.look().await;
        let (status, code) = if findings.iter().all(|finding| finding.answers) {
            (ReadyStatus::Ready, 200)
        } else {
            (ReadyStatus::Degraded, 503)
        };
        let dependencies = findings.into_iter().map(Dependency::from).collect();
        Ok(Reply::of(Readiness {
            status,
            dependencies,
        })
        .status(code))
    }
}

impl From<Finding> for Dependency {
    fn from(finding: Finding) -> Self {
        let Finding { name, answers } = finding;
        let status = if answers {
            DependencyStatus::Up
        } else {
            DependencyStatus::Down
        };
        Self { name, status }
    }
}
