//! The Lambda binary of `pricing-create-tax-zone`.
edge::serve!(pricing);
