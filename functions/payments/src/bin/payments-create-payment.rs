//! The Lambda binary of `payments-create-payment`.
edge::serve!(payments);
