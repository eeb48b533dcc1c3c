//! The Lambda binary of `payments-get-payment`.
edge::serve!(payments);
