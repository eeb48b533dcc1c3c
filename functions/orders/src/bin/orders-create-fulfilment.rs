//! The Lambda binary of `orders-create-fulfilment`.
edge::serve!(orders);
