//! The endpoints and consumers of platform.

mod fallback;
mod get_discovery;
mod get_docs;
mod get_docs_asset;
mod get_jwks;
mod get_openapi;
mod health;
mod ready;
mod relay_outbox;
