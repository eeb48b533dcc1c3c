//! The Lambda binary of `pricing-replace-shipping-zone`.
edge::serve!(pricing);
