//! The Lambda binary of `carts-put-cart-shipping`.
edge::serve!(carts);
