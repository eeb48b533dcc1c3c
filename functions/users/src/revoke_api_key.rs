//! `DELETE /api-keys/{id}`: a key opens nothing from now on. It stays in the list.

use domain::audit::AuditAction;
use domain::id::ApiKeyId;
use domain::role::Permission;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::api_keys::{self, ApiKeys};
use store::audit::{self, AuditTrail};

/// Revokes an API key.
pub(crate) struct RevokeApiKey;

/// Which key.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct ApiKeyPath {
    /// The key's id.
    id: ApiKeyId,
}

impl Endpoint for RevokeApiKey {
    const ROUTE: Route = Route::delete("/api-keys/{id}", "Revoke an API key")
        .auth(Auth::Staff(Permission::ApiKeysWrite));
    type Needs = (ApiKeys<api_keys::Revoke>, AuditTrail<audit::Write>);
    type Path = ApiKeyPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((keys, trail): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let key = keys.get(rq.path.id).await?;
        if key.revoked_at.is_some() {
            return Ok(Reply::nothing());
        }
        let mut entry = rq.audit(AuditAction::ApiKeyRevoked, None);
        entry.details.insert("key".to_owned(), key.id.to_string());
        let mut tx = keys.begin(&rq.stamp);
        keys.revoke(&mut tx, key.id, rq.now());
        trail.audit(&mut tx, &entry)?;
        tx.commit().await?;
        Ok(Reply::nothing())
    }
}
