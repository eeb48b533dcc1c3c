//! `POST /api-keys`: makes a key for a server. Its text is in this reply and never again.

use std::collections::BTreeSet;

use domain::api_key::{ApiKey, KeyName};
use domain::audit::AuditAction;
use domain::clock::Timestamp;
use domain::id::ApiKeyId;
use domain::role::Permission;
use edge::api_key::KeyText;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::api_keys::{self, ApiKeys, KeptKey};
use store::audit::{self, AuditTrail};
use store::once::Receipt;

use crate::api_key::ApiKeyView;

/// Makes an API key.
pub(crate) struct CreateApiKey;

/// The key that is wanted.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewApiKey {
    /// What it is for, 1 to 100 characters.
    name: KeyName,
    /// What it allows: permissions that its maker has, one or more.
    #[schemars(with = "Vec<Permission>", length(min = 1, max = 100))]
    scopes: BTreeSet<Permission>,
    /// From when on it opens nothing: up to 366 days away, 90 unless told.
    expires_at: Option<Timestamp>,
}

/// A key that was made, with its text.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CreatedApiKey")]
pub(crate) struct CreatedApiKeyView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// The key itself, to be sent as `Authorization: Bearer sk_...`. It is shown this once.
    #[schemars(
        length(min = 100, max = 100),
        regex(pattern = r"^sk_[0-9a-f]{32}_[0-9a-f]{64}$")
    )]
    secret: String,
}

/// What the reply is rebuilt from. The secret is made of the nonce and of what only the shop knows.
#[derive(Serialize, Deserialize)]
struct Made {
    id: ApiKeyId,
    nonce: String,
    view: ApiKeyView,
}

impl Endpoint for CreateApiKey {
    const ROUTE: Route = Route::post("/api-keys", "Make an API key")
        .auth(Auth::Staff(Permission::ApiKeysWrite))
        .vouched()
        .located();
    type Needs = (ApiKeys<api_keys::Create>, AuditTrail<audit::Write>, Seal);
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewApiKey;
    type Reply = CreatedApiKeyView;

    async fn handle(
        (keys, trail, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<CreatedApiKeyView>, Failure> {
        let NewApiKey {
            name,
            scopes,
            expires_at,
        } = &rq.body;
        // Whoever makes a key cannot give it what they do not have themselves.
        let beyond = scopes.iter().filter(|scope| !rq.caller.may(**scope));
        let refused = beyond.fold(Failure::new(Code::Forbidden), |refused, scope| {
            refused.error(format!("scopes: {scope} is not yours to give"))
        });
        if !refused.errors.is_empty() {
            return Err(refused);
        }
        let id = ApiKeyId::new(rq.now(), rq.entropy());
        let nonce = KeyText::nonce(rq.entropy());
        let text = KeyText::of(seal, id, &nonce);
        let key = ApiKey {
            id,
            name: name.clone(),
            prefix: text.prefix().to_owned(),
            scopes: scopes.clone(),
            created_at: rq.now(),
            created_by: rq.caller.name(),
            expires_at: ApiKey::expiry(*expires_at, rq.now())
                .map_err(|broken| Failure::rule("expiresAt", broken))?,
            revoked_at: None,
        };
        let mut entry = rq.audit(AuditAction::ApiKeyCreated, None);
        entry.details.extend([
            ("key".to_owned(), id.to_string()),
            ("scopes".to_owned(), words(scopes)),
        ]);
        let mut tx = keys.begin(&rq.stamp);
        let digest = text.digest();
        let view = ApiKeyView::of(key.clone(), None, rq.now());
        keys.create(&mut tx, KeptKey { key, digest })?;
        trail.audit(&mut tx, &entry)?;
        let made = Made { id, nonce, view };
        keys.remember(&mut tx, rq.once(), &made)?;
        tx.commit().await?;
        Ok(created(seal, made))
    }

    async fn replay(
        (_, _, seal): &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<CreatedApiKeyView>, Failure> {
        Ok(created(seal, receipt.read()?))
    }
}

fn created(seal: &Seal, made: Made) -> Reply<CreatedApiKeyView> {
    let Made { id, nonce, view } = made;
    let secret = KeyText::of(seal, id, &nonce).reveal();
    Reply::of(CreatedApiKeyView { key: view, secret }).location(format!("/api-keys/{id}"))
}

fn words(scopes: &BTreeSet<Permission>) -> String {
    let words: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    words.join(" ")
}
