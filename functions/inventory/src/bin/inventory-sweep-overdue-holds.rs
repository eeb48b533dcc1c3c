//! The Lambda binary of `inventory-sweep-overdue-holds`.
edge::serve!(inventory);
