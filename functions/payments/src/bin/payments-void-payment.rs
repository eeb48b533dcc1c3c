//! The Lambda binary of `payments-void-payment`.
edge::serve!(payments);
