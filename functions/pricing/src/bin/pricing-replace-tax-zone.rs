//! The Lambda binary of `pricing-replace-tax-zone`.
edge::serve!(pricing);
