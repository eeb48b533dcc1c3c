//! The Lambda binary of `carts-merge-carts`.
edge::serve!(carts);
