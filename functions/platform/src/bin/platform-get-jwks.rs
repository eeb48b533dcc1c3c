//! The Lambda binary of `platform-get-jwks`.
edge::serve!(platform);
