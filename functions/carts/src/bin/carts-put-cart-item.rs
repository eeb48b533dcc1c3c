//! The Lambda binary of `carts-put-cart-item`.
edge::serve!(carts);
