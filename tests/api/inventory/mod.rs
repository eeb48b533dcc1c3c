//! The functions of inventory.
