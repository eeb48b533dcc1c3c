//! The Lambda binary of `catalog-change-product`.
edge::serve!(catalog);
