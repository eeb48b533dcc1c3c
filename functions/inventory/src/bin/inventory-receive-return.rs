//! The Lambda binary of `inventory-receive-return`.
edge::serve!(inventory);
