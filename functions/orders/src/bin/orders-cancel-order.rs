//! The Lambda binary of `orders-cancel-order`.
edge::serve!(orders);
