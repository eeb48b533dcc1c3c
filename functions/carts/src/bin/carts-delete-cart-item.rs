//! The Lambda binary of `carts-delete-cart-item`.
edge::serve!(carts);
