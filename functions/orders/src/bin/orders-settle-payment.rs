//! The Lambda binary of `orders-settle-payment`.
edge::serve!(orders);
