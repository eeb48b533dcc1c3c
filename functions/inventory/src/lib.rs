//! Inventory: stock levels, the ledger of their movements, and the holds of orders. Owns the routes
//! below `/inventory`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod adjust_level;
mod get_level;
mod level;
mod list_movements;
mod settle_hold;
mod settling;
mod sweep_overdue_holds;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(adjust_level::AdjustLevel),
    endpoint!(get_level::GetLevel),
    endpoint!(list_movements::ListMovements),
    consumer!(settle_hold::SettleHold),
    consumer!(sweep_overdue_holds::SweepOverdueHolds),
];
