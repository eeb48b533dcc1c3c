//! The Lambda binary of `pricing-delete-promotion`.
edge::serve!(pricing);
