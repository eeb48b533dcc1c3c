//! The Lambda binary of `carts-get-cart`.
edge::serve!(carts);
