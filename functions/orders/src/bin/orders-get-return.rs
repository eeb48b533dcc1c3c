//! The Lambda binary of `orders-get-return`.
edge::serve!(orders);
