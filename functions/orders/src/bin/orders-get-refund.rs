//! The Lambda binary of `orders-get-refund`.
edge::serve!(orders);
