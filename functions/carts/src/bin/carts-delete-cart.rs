//! The Lambda binary of `carts-delete-cart`.
edge::serve!(carts);
