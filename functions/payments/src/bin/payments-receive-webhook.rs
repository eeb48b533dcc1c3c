//! The Lambda binary of `payments-receive-webhook`.
edge::serve!(payments);
