//! The Lambda binary of `pricing-delete-tax-zone`.
edge::serve!(pricing);
