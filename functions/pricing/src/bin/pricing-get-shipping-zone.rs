//! The Lambda binary of `pricing-get-shipping-zone`.
edge::serve!(pricing);
