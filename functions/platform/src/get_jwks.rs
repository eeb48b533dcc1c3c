//! `GET /.well-known/jwks.json`: the public keys that verify access tokens (RFC 7517, RFC 8037).

use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::keys::{PublicKey, PublicKeys};

/// Shows the public keys.
pub(crate) struct GetJwks;

/// A set of public keys.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Jwks {
    /// Every key that a valid token may be signed with.
    #[schemars(length(max = 100))]
    keys: Vec<Jwk>,
}

/// A public key.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Jwk {
    /// The family: octet key pairs.
    #[schemars(extend("const" = "OKP"))]
    kty: String,
    /// The curve.
    #[schemars(extend("const" = "Ed25519"))]
    crv: String,
    /// What it is for: signatures.
    #[serde(rename = "use")]
    #[schemars(extend("const" = "sig"))]
    purpose: String,
    /// The algorithm.
    #[schemars(extend("const" = "EdDSA"))]
    alg: String,
    /// Its id, which tokens name in their header.
    #[schemars(length(max = 64), regex(pattern = "^[A-Za-z0-9_-]+$"))]
    kid: String,
    /// Its point, in base64url.
    #[schemars(length(equal = 43), regex(pattern = "^[A-Za-z0-9_-]+$"))]
    x: String,
}

impl Endpoint for GetJwks {
    const ROUTE: Route = Route::get("/.well-known/jwks.json", "The keys of access tokens")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .caching(Caching::Public(300));
    type Needs = (PublicKeys,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Jwks;

    async fn handle((keys,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Jwks>, Failure> {
        let keys = keys
            .all(rq.now())
            .await?
            .into_iter()
            .map(Jwk::from)
            .collect();
        Ok(Reply::of(Jwks { keys }))
    }
}

impl From<PublicKey> for Jwk {
    fn from(key: PublicKey) -> Self {
        let PublicKey { kid, x, until: _ } = key;
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            purpose: "sig".to_owned(),
            alg: "EdDSA".to_owned(),
            kid,
            x,
        }
    }
}
