//! The Lambda binary of `orders-get-fulfilment`.
edge::serve!(orders);
