//! What Stripe posts, and its signature (<https://docs.stripe.com/webhooks#verify-manually>).

use std::collections::BTreeMap;

use serde::Deserialize;

use domain::clock::Timestamp;
use domain::text::ProviderRef;

use super::objects::payment_in;
use crate::provider::webhook::{Heard, Posted, Unheard, is_signed};

const SIGNATURE: &str = "stripe-signature";
/// How far the moment of a signature may be from ours, in seconds.
const TOLERANCE_S: u64 = 300;
/// How many signatures one header may hold: more are no rotation.
const MOST_SIGNATURES: usize = 10;

#[derive(Deserialize)]
struct Posting {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    object: String,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
    #[serde(default)]
    payment_intent: Option<Named>,
}

/// An object's id, or the object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { id: String },
}

/// Reads `t=1700000000,v1=<hex>,v1=<hex>`: signatures over the moment, a full stop and the body.
pub(super) fn hear(secrets: &[String], posted: &Posted, now: Timestamp) -> Result<Heard, Unheard> {
    let header = posted.headers.get(SIGNATURE).ok_or(Unheard::Forged)?;
    let fields = || {
        header
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
    };
    let at = fields().find(|(name, _)| *name == "t").map(|(_, at)| at);
    let at = at.ok_or(Unheard::Forged)?;
    let signed = format!("{at}.{}", posted.body);
    let is_theirs = fields()
        .filter(|(name, _)| *name == "v1")
        .take(MOST_SIGNATURES)
        .any(|(_, signature)| is_signed(signed.as_bytes(), signature, secrets));
    if !is_theirs {
        return Err(Unheard::Forged);
    }
    let at: i64 = at.parse().map_err(|_| Unheard::Forged)?;
    if now.as_seconds().abs_diff(at) > TOLERANCE_S {
        return Err(Unheard::Stale);
    }
    Ok(about(&posted.body))
}

/// What a genuine posting is about.
fn about(body: &str) -> Heard {
    let Ok(Posting {
        data: Data { object },
    }) = serde_json::from_str(body)
    else {
        return Heard::Irrelevant;
    };
    if let Some(payment) = object.metadata.as_ref().and_then(payment_in) {
        return Heard::Of(payment);
    }
    let intent = match (object.object.as_str(), object.payment_intent) {
        // Made by the shop, it would name its payment.
        ("payment_intent", _) | (_, None) => None,
        (_, Some(Named::Id(id) | Named::Object { id })) => ProviderRef::parse(&id).ok(),
    };
    intent.map_or(Heard::Irrelevant, Heard::About)
}
