//! The Lambda binary of `catalog-create-category`.
edge::serve!(catalog);
