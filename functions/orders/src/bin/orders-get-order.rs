//! The Lambda binary of `orders-get-order`.
edge::serve!(orders);
