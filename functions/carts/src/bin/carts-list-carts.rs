//! The Lambda binary of `carts-list-carts`.
edge::serve!(carts);
