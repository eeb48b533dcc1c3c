//! The Lambda binary of `catalog-create-product`.
edge::serve!(catalog);
