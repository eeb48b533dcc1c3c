//! The Lambda binary of `inventory-adjust-level`.
edge::serve!(inventory);
