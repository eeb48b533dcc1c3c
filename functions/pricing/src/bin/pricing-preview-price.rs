//! The Lambda binary of `pricing-preview-price`.
edge::serve!(pricing);
