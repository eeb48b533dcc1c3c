//! `GET /audit-events`: the audit trail, newest first; of one user, or of all.

use std::collections::BTreeMap;

use domain::audit::{AuditAction, AuditEntry};
use domain::clock::Timestamp;
use domain::id::{AuditId, UserId};
use domain::role::Permission;
use edge::paging::Paging;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::audit::{self, AuditTrail, Period};

/// Lists entries of the audit trail.
pub(crate) struct ListAuditEvents;

/// Which entries, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct AuditQuery {
    /// Only entries about this user.
    #[schemars(example = "0190a0b0-0000-7000-8000-000000000000")]
    user: Option<UserId>,
    /// Only entries of this instant and later.
    #[schemars(example = "2026-01-01T00:00:00.000Z")]
    from: Option<Timestamp>,
    /// Only entries before this instant.
    #[schemars(example = "2100-01-01T00:00:00.000Z")]
    to: Option<Timestamp>,
    #[serde(flatten)]
    paging: Paging,
}

/// Something sensitive that was done.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AuditEvent")]
pub(crate) struct AuditEventView {
    id: AuditId,
    at: Timestamp,
    action: AuditAction,
    /// Who did it: `user/<id>`, `key/<id>` or `anonymous`.
    #[schemars(
        length(min = 1, max = 64),
        regex(pattern = r"^(anonymous|(user|key|order)/[0-9a-f-]{36})$")
    )]
    actor: String,
    /// Whose account it is about; null if it is about none.
    user_id: Option<UserId>,
    /// The network address it came from.
    #[schemars(length(max = 64), regex(pattern = r"^[0-9A-Fa-f:.]*$"))]
    address: String,
    /// The trace of the request.
    #[schemars(length(max = 64), regex(pattern = r"^[0-9a-f-]+$"))]
    trace_id: String,
    /// What else is known: old and new values of what changed, ids of what was made.
    #[schemars(extend(
        "maxProperties" = 20,
        "additionalProperties" = {"type": "string", "maxLength": 1000, "pattern": "^[\\s\\S]*$"}
    ))]
    details: BTreeMap<String, String>,
}

impl Endpoint for ListAuditEvents {
    const ROUTE: Route = Route::get("/audit-events", "List the audit trail")
        .auth(Auth::Staff(Permission::AuditRead));
    type Needs = (AuditTrail<audit::Read>, Seal);
    type Path = Nothing;
    type Query = AuditQuery;
    type Body = Nothing;
    type Reply = Vec<AuditEventView>;

    async fn handle(
        (trail, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<AuditEventView>>, Failure> {
        let AuditQuery {
            user,
            from,
            to,
            paging,
        } = &rq.query;
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            return Err(Failure::new(Code::InvalidRequest).error("to: must not be before from"));
        }
        let period = Period {
            from: *from,
            to: *to,
        };
        let list = seal.list(Self::ROUTE.path, format!("{user:?} {period:?}"));
        let bounds = list.bounds(paging)?;
        Ok(list.reply(trail.page(*user, period, &bounds).await?))
    }
}

impl From<AuditEntry> for AuditEventView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry {
            id,
            at,
            action,
            actor,
            subject,
            address,
            trace,
            details,
        } = entry;
        Self {
            id,
            at,
            action,
            actor,
            user_id: subject,
            address,
            trace_id: trace,
            details,
        }
    }
}
