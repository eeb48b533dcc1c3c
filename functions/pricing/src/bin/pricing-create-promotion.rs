//! The Lambda binary of `pricing-create-promotion`.
edge::serve!(pricing);
