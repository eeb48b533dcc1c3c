//! What the shop and its provider know and nobody else does: one secret, a JSON object with `secretKey`,
//! which the provider is called with, and `webhookSecrets`, which its reports are signed with. A report
//! may be signed with any of the latter, so that they can be changed one after the other.

use futures_util::FutureExt;
use serde::Deserialize;

use crate::db::unavailable;
use crate::env::Var;
use crate::error::StoreError;
use crate::grant::{Grant, Resource};
use crate::need::{Declaration, StartError, Wiring};

/// The secret shared with the provider.
pub const PROVIDER_SECRET: Var = Var::new(
    "PROVIDER_SECRET_ARN",
    "the ARN of the secret shared with the payment provider",
);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProviderSecret {
    #[serde(default)]
    pub(super) secret_key: String,
    #[serde(default)]
    pub(super) webhook_secrets: Vec<String>,
}

pub(super) fn declare(declaration: &mut Declaration) {
    declaration.var(PROVIDER_SECRET);
    declaration.grant(Grant {
        actions: &["secretsmanager:GetSecretValue"],
        on: Resource::ProviderSecret,
    });
}

/// The secret, as it is when a function starts.
pub(super) async fn read(wiring: &Wiring) -> Result<ProviderSecret, StartError> {
    let reply = wiring
        .aws
        .secrets()
        .get_secret_value()
        .secret_id(wiring.env.get(PROVIDER_SECRET)?)
        .send()
        .boxed()
        .await
        .map_err(unavailable)?;
    let text = reply.secret_string.unwrap_or_default();
    // What is wrong with it may quote it: only that it is wrong is told.
    let secret = serde_json::from_str(&text).map_err(|_| {
        StoreError::corrupt("the provider's secret is no JSON object as it must be")
    })?;
    Ok(secret)
}
