//! `GET /.well-known/openid-configuration`: where the keys are, and what tokens say. It names only
//! what there is: the shop issues access tokens to its own clients, but is no login for others.

use domain::role::Permission;
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::shop::Issuer;

/// Shows the discovery document.
pub(crate) struct GetDiscovery;

/// What verifiers of access tokens need to know.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Discovery {
    /// Who issues the tokens, as they name it.
    #[schemars(url, length(max = 2_048))]
    issuer: String,
    /// Where the public keys are.
    #[schemars(url, length(max = 2_048))]
    jwks_uri: String,
    /// Where the documentation is.
    #[schemars(url, length(max = 2_048))]
    service_documentation: String,
    /// What a token's scope can hold.
    #[schemars(length(max = 100))]
    scopes_supported: Vec<Permission>,
    /// What a token says.
    #[schemars(
        length(max = 100),
        inner(length(max = 64), regex(pattern = "^[a-z_]+$"))
    )]
    claims_supported: Vec<String>,
    /// A user has the same subject in every token.
    #[schemars(length(max = 2), inner(length(max = 64), regex(pattern = "^[a-z]+$")))]
    subject_types_supported: Vec<String>,
}

/// The claims of an access token.
const CLAIMS: [&str; 12] = [
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "sid", "epoch", "email", "roles", "scope",
];

impl Endpoint for GetDiscovery {
    const ROUTE: Route = Route::get("/.well-known/openid-configuration", "Discovery document")
        .at_root()
        .auth(Auth::Open)
        .bare()
        .caching(Caching::Public(300));
    type Needs = (Issuer,);
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Discovery;

    async fn handle((issuer,): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Discovery>, Failure> {
        Ok(Reply::of(Discovery {
            issuer: issuer.as_str().to_owned(),
            jwks_uri: issuer.url("/.well-known/jwks.json"),
            service_documentation: issuer.url("/docs"),
            scopes_supported: Permission::ALL.to_vec(),
            claims_supported: CLAIMS.map(str::to_owned).to_vec(),
            subject_types_supported: vec!["public".to_owned()],
        }))
    }
}
