//! The Lambda binary of `orders-list-notes`.
edge::serve!(orders);
