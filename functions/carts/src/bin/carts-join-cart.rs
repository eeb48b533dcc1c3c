//! The Lambda binary of `carts-join-cart`.
edge::serve!(carts);
