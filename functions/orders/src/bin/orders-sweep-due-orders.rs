//! The Lambda binary of `orders-sweep-due-orders`.
edge::serve!(orders);
