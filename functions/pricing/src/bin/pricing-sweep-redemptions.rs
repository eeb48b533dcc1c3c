//! The Lambda binary of `pricing-sweep-redemptions`.
edge::serve!(pricing);
