//! The Lambda binary of `pricing-replace-promotion`.
edge::serve!(pricing);
