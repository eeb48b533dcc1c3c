//! The Lambda binary of `carts-create-cart`.
edge::serve!(carts);
