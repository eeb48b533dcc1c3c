//! The Lambda binary of `pricing-get-promotion`.
edge::serve!(pricing);
