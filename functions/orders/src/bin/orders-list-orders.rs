//! The Lambda binary of `orders-list-orders`.
edge::serve!(orders);
