//! The Lambda binary of `platform-health`.
edge::serve!(platform);
