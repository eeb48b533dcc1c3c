//! The Lambda binary of `orders-create-order`.
edge::serve!(orders);
