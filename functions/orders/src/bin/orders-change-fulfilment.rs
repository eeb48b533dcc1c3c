//! The Lambda binary of `orders-change-fulfilment`.
edge::serve!(orders);
