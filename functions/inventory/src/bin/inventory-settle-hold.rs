//! The Lambda binary of `inventory-settle-hold`.
edge::serve!(inventory);
