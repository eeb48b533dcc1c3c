//! The Lambda binary of `platform-ready`.
edge::serve!(platform);
