//! Orders: placing, reading, listing and cancelling them, and moving them on as payments settle and
//! time passes. Owns the routes below `/orders`; may depend on `domain`, `store` and `edge`; must
//! never know another service's functions.

use edge::{Function, consumer, endpoint};

mod cancel_order;
mod create_order;
mod get_order;
mod list_orders;
mod order;
mod settle_payment;
mod sweep_due_orders;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(cancel_order::CancelOrder),
    endpoint!(create_order::CreateOrder),
    endpoint!(get_order::GetOrder),
    endpoint!(list_orders::ListOrders),
    consumer!(settle_payment::SettlePayment),
    consumer!(sweep_due_orders::SweepDueOrders),
];
