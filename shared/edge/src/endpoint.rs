//! A route as a type: what it needs, what it takes, what it answers, how.

use std::collections::{BTreeMap, BTreeSet};

use domain::audit::{AuditAction, AuditEntry};
use domain::clock::{Entropy, Timestamp};
use domain::id::{AuditId, UserId};
use domain::machine::Moves;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::event::Stamp;
use store::once::{Once, Receipt};
use store::{Needs, StoreError};

use crate::caller::Caller;
use crate::problem::{Code, Failure};
use crate::reply::Reply;
use crate::route::Route;
use crate::runner::reading::expects;

/// One route of the API.
pub trait Endpoint: Sized + Send + Sync + 'static {
    /// Where it stands, who may call it, how it behaves.
    const ROUTE: Route;
    /// What it moves from one status to another.
    const MOVES: &'static [Moves] = &[];
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

    /// What a PATCH is applied to: the object as it stands, in the form of the body. The patched
    /// document comes to [`Endpoint::handle`] as its body, and is to be saved over this version.
    fn document(
        _needs: &Self::Needs,
        _path: &Self::Path,
        _caller: &Caller,
    ) -> impl Future<Output = Result<Document, Failure>> + Send {
        async { Err(Failure::internal("the route has no document to patch")) }
    }

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

/// An object as it stands, to be patched.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) fields: Value,
    pub(crate) version: u64,
}

impl Document {
    /// The document of an object at its version, in the form of the route's body.
    ///
    /// # Errors
    /// 500 if it cannot be written as JSON.
    pub fn of(form: &impl Serialize, version: u64) -> Result<Self, Failure> {
        Ok(Self {
            fields: serde_json::to_value(form).map_err(Failure::internal)?,
            version,
        })
    }
}

/// An object without fields: no path parameters, no query, no body, or no data.
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
    pub(crate) address: String,
    pub(crate) agent: Option<String>,
    pub(crate) cookies: Vec<(String, String)>,
    /// Whether a cookie on it may count: it comes from the shop's own pages, or from no page at all.
    pub(crate) same_site: bool,
    /// The fields that its sender wants of the reply.
    pub(crate) fields: Option<BTreeSet<String>>,
    /// The version of the document that a patch was applied to.
    pub(crate) based_on: Option<u64>,
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

    /// The address that the request comes from.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// An entry of the audit trail about what this request does.
    #[must_use]
    pub fn audit(&self, action: AuditAction, subject: Option<UserId>) -> AuditEntry {
        AuditEntry {
            id: AuditId::new(self.now(), self.entropy()),
            at: self.now(),
            action,
            actor: self.caller.name(),
            subject,
            address: self.address.clone(),
            trace: self.stamp.trace.clone(),
            details: BTreeMap::new(),
        }
    }

    /// What the client calls itself, cut to 200 characters.
    #[must_use]
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Checks that a cookie on the request may count. A browser adds cookies to what a foreign page
    /// has it send; an attribute of the cookie should keep it from that, and this is the second lock.
    ///
    /// # Errors
    /// 403 for a request that a page of an unknown origin made.
    pub fn same_site(&self) -> Result<(), Failure> {
        if self.same_site {
            return Ok(());
        }
        Err(Failure::new(Code::CrossSite).error("Origin: is not one of the shop's"))
    }

    /// Checks the version at hand against `If-Match`, and against the document that was patched.
    ///
    /// # Errors
    /// 412 if `If-Match` names others; [`StoreError::Stale`] if the patched document is outdated.
    pub fn expects(&self, version: u64) -> Result<(), Failure> {
        if self.based_on.is_some_and(|based_on| based_on != version) {
            return Err(StoreError::Stale.into());
        }
        expects(self.if_match.as_ref(), version)
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
