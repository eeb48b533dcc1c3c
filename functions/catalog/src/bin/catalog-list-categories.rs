//! The Lambda binary of `catalog-list-categories`.
edge::serve!(catalog);
