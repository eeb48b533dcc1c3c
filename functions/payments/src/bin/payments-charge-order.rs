//! The Lambda binary of `payments-charge-order`.
edge::serve!(payments);
