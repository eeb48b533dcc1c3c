//! The Lambda binary of `platform-relay-outbox`.
edge::serve!(platform);
