//! The Lambda binary of `catalog-list-products`.
edge::serve!(catalog);
