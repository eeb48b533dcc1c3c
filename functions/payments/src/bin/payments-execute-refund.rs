//! The Lambda binary of `payments-execute-refund`.
edge::serve!(payments);
