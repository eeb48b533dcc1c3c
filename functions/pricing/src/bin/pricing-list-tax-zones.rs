//! The Lambda binary of `pricing-list-tax-zones`.
edge::serve!(pricing);
