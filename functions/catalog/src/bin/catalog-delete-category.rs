//! The Lambda binary of `catalog-delete-category`.
edge::serve!(catalog);
