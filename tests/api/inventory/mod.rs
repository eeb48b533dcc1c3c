//! The endpoints and consumers of inventory.

mod adjust_level;
mod configure_level;
mod get_level;
mod list_movements;
mod receive_return;
mod settle_hold;
mod sweep_overdue_holds;
