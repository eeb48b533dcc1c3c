//! The Lambda binary of `catalog-get-category-by-slug`.
edge::serve!(catalog);
