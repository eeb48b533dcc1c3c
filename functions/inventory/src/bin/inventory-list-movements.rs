//! The Lambda binary of `inventory-list-movements`.
edge::serve!(inventory);
