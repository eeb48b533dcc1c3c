//! The Lambda binary of `catalog-get-product`.
edge::serve!(catalog);
