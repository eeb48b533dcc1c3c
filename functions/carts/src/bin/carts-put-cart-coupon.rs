//! The Lambda binary of `carts-put-cart-coupon`.
edge::serve!(carts);
