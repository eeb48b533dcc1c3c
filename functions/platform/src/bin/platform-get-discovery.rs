//! The Lambda binary of `platform-get-discovery`.
edge::serve!(platform);
