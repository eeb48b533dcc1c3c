//! Platform: health, keys, documentation, the answer to routes that do not exist, and the way events
//! leave their tables. Owns the routes at the root; may depend on `domain`, `store` and `edge`; must
//! never know another service's functions.

use edge::{Function, consumer, endpoint};

mod fallback;
mod get_discovery;
mod get_docs;
mod get_docs_asset;
mod get_jwks;
mod get_openapi;
mod health;
mod ready;
mod relay_outbox;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(fallback::Fallback),
    endpoint!(get_discovery::GetDiscovery),
    endpoint!(get_docs::GetDocs),
    endpoint!(get_docs_asset::GetDocsAsset),
    endpoint!(get_jwks::GetJwks),
    endpoint!(get_openapi::GetOpenapi),
    endpoint!(health::Health),
    endpoint!(ready::Ready),
    consumer!(relay_outbox::RelayOutbox),
];
