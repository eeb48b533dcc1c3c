//! Inventory: stock levels, the ledger of their movements, and the holds of orders, and what comes back
//! of them. Owns the routes
//! below `/inventory`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod adjust_level;
mod configure_level;
mod get_level;
mod level;
mod list_movements;
mod receive_return;
mod settle_hold;
mod settling;
mod sweep_overdue_holds;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(adjust_level::AdjustLevel),
    endpoint!(configure_level::ConfigureLevel),
    endpoint!(get_level::GetLevel),
    endpoint!(list_movements::ListMovements),
    consumer!(receive_return::ReceiveReturn),
    consumer!(settle_hold::SettleHold),
    consumer!(sweep_overdue_holds::SweepOverdueHolds),
];
