//! The Lambda binary of `catalog-replace-category`.
edge::serve!(catalog);
