//! The Lambda binary of `platform-get-docs-asset`.
edge::serve!(platform);
