//! The Lambda binary of `payments-capture-payment`.
edge::serve!(payments);
