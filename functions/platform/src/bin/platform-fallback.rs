//! The Lambda binary of `platform-fallback`.
edge::serve!(platform);
