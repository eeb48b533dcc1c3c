//! The Lambda binary of `pricing-list-promotions`.
edge::serve!(pricing);
