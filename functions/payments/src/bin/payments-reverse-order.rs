//! The Lambda binary of `payments-reverse-order`.
edge::serve!(payments);
