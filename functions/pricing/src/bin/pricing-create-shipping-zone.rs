//! The Lambda binary of `pricing-create-shipping-zone`.
edge::serve!(pricing);
