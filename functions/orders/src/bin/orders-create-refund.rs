//! The Lambda binary of `orders-create-refund`.
edge::serve!(orders);
