//! The Lambda binary of `platform-get-openapi`.
edge::serve!(platform);
