//! The Lambda binary of `pricing-list-shipping-zones`.
edge::serve!(pricing);
