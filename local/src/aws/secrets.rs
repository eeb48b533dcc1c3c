//! Secrets Manager: a fixed set of secrets, to be read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::call::Service;
use super::place::{Place, secret_name};
use super::reply::{Reply, amz_json, error, unknown_operation};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

/// Carries out one operation on `secrets`, which are values by name.
pub(crate) fn call(
    secrets: &BTreeMap<String, String>,
    place: &Place,
    operation: &str,
    body: &[u8],
) -> Reply {
    let service = Service::SecretsManager;
    if operation != "GetSecretValue" {
        return unknown_operation(service);
    }
    let Ok(request) = serde_json::from_slice::<GetSecretValue>(body) else {
        return error(
            service,
            400,
            "InvalidParameterException",
            "SecretId is missing",
        );
    };
    let name = secret_name(&request.secret_id);
    let Some(value) = secrets.get(name) else {
        return error(
            service,
            400,
            "ResourceNotFoundException",
            "Secrets Manager can't find the specified secret.",
        );
    };
    amz_json(
        200,
        json!({
            "ARN": place.secret(name),
            "Name": name,
            "SecretString": value,
            "VersionId": "00000000-0000-0000-0000-000000000001",
            "VersionStages": ["AWSCURRENT"],
        })
        .to_string(),
    )
}
