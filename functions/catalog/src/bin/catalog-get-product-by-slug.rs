//! The Lambda binary of `catalog-get-product-by-slug`.
edge::serve!(catalog);
