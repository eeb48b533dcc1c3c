//! The Lambda binary of `carts-delete-cart-coupon`.
edge::serve!(carts);
