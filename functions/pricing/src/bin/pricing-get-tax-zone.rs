//! The Lambda binary of `pricing-get-tax-zone`.
edge::serve!(pricing);
