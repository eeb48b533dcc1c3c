//! The Lambda binary of `orders-change-return`.
edge::serve!(orders);
