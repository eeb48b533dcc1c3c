//! The Lambda binary of `payments-reconcile-payment`.
edge::serve!(payments);
