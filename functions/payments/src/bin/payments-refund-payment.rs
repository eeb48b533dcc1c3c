//! The Lambda binary of `payments-refund-payment`.
edge::serve!(payments);
