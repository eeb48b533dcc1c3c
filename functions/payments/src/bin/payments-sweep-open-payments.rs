//! The Lambda binary of `payments-sweep-open-payments`.
edge::serve!(payments);
