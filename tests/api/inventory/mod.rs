//! The endpoints and consumers of inventory.

mod adjust_level;
mod get_level;
mod list_movements;
mod settle_hold;
mod sweep_overdue_holds;
