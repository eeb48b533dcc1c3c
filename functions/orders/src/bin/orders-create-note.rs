//! The Lambda binary of `orders-create-note`.
edge::serve!(orders);
