//! The Lambda binary of `catalog-replace-product`.
edge::serve!(catalog);
