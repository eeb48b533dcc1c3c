//! The Lambda binary of `inventory-get-level`.
edge::serve!(inventory);
