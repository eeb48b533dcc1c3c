//! The Lambda binary of `pricing-delete-shipping-zone`.
edge::serve!(pricing);
