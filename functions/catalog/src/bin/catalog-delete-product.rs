//! The Lambda binary of `catalog-delete-product`.
edge::serve!(catalog);
