//! The Lambda binary of `catalog-get-category`.
edge::serve!(catalog);
