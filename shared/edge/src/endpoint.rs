//! A route as a type: what it needs, what it takes, what it answers, how.

use domain::clock::{Entropy, Timestamp};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Needs;
use store::event::Stamp;
use store::once::{Once, Receipt};

use crate::caller::Caller;
use crate::problem::{Code, Failure};
use crate::reply::Reply;
use crate::route::Route;

/// One route of the API.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Where it stands, who may call it, how it behaves.
    const ROUTE: Route;
    /// The handles it works with; they also make its policy.
    type Needs: Needs;
    /// The parameters of its path, by name.
    type Path: DeserializeOwned + JsonSchema + Send + Sync;
    /// The parameters of its query, all declared.
    type Query: DeserializeOwned + JsonSchema + Send + Sync;
    /// Its body.
    type Body: DeserializeOwned + JsonSchema + Send + Sync + 'static;
    /// What it answers.
    type Reply: Serialize + DeserializeOwned + JsonSchema + Send;

    /// Carries the request out.
    fn handle(
        needs: &Self::Needs,
        rq: &Rq<Self>,
    ) -> impl Future<Output = Result<Reply<Self::Reply>, Failure>> + Send;

    /// Rebuilds the first reply of a request that was carried out before. A receipt holds the reply
    /// itself, unless the endpoint puts down something smaller to rebuild it from.
    fn replay(
        _needs: &Self::Needs,
        _rq: &Rq<Self>,
        receipt: Receipt,
    ) -> impl Future<Output = Result<Reply<Self::Reply>, Failure>> + Send {
        async { Ok(Reply::of(receipt.read::<Self::Reply>()?)) }
    }
}

/// No path parameters, no query, no body, or no data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A request, read and checked.
pub struct Rq<E: Endpoint> {
    /// The parameters of its path.
    pub path: E::Path,
    /// The parameters of its query.
    pub query: E::Query,
    /// Its body.
    pub body: E::Body,
    /// Who sends it.
    pub caller: Caller,
    /// When it came, and the trace it belongs to.
    pub stamp: Stamp,
    pub(crate) once: Option<Once>,
    pub(crate) if_match: Option<Expected>,
    pub(crate) anonymous_scope: Option<AnonymousScope>,
    pub(crate) method: http::Method,
    pub(crate) raw_path: String,
    pub(crate) query_pairs: Vec<(String, String)>,
}

/// What is left to digest into the scope of a key once the handler knows who an anonymous caller is.
#[derive(Debug, Clone)]
pub(crate) struct AnonymousScope {
    pub(crate) key: String,
    pub(crate) fingerprint: String,
}

/// The versions that `If-Match` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// `*`: any, as long as it exists.
    Any,
    /// One of these.
    OneOf(Vec<u64>),
}

impl<E: Endpoint> Rq<E> {
    /// When the request came.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.stamp.now
    }

    /// Where new ids come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        self.stamp.entropy.as_ref()
    }

    /// The record that makes this request happen once, if it has an idempotency key.
    #[must_use]
    pub fn once(&self) -> Option<&Once> {
        self.once.as_ref()
    }

    /// The same for a caller without an account, whom the request itself names.
    #[must_use]
    pub fn once_for(&self, name: &str) -> Option<Once> {
        match (&self.once, &self.anonymous_scope) {
            (Some(once), Some(scope)) => Some(Once {
                scope: crate::idempotency::scope(
                    &format!("guest {name}"),
                    self.method.as_str(),
                    &self.raw_path,
                    &scope.key,
                ),
                fingerprint: scope.fingerprint.clone(),
                expires_at: once.expires_at,
            }),
            (once, _) => once.clone(),
        }
    }

    /// Checks `If-Match` against the version at hand.
    ///
    /// # Errors
    /// 412 if it names others.
    pub fn expects(&self, version: u64) -> Result<(), Failure> {
        match &self.if_match {
            Some(Expected::OneOf(versions)) if !versions.contains(&version) => {
                Err(Failure::new(Code::PreconditionFailed)
                    .error(format!("If-Match: the version is {version}")))
            }
            _ => Ok(()),
        }
    }

    /// The method as sent, for the fallback.
    #[must_use]
    pub fn method(&self) -> &str {
        self.method.as_str()
    }

    /// The path as sent, for the fallback.
    #[must_use]
    pub fn raw_path(&self) -> &str {
        &self.raw_path
    }
}
