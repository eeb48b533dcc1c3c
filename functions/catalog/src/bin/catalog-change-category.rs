//! The Lambda binary of `catalog-change-category`.
edge::serve!(catalog);
