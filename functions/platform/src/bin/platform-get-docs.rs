//! The Lambda binary of `platform-get-docs`.
edge::serve!(platform);
