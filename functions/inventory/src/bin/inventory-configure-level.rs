//! The Lambda binary of `inventory-configure-level`.
edge::serve!(inventory);
