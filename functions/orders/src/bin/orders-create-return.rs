//! The Lambda binary of `orders-create-return`.
edge::serve!(orders);
