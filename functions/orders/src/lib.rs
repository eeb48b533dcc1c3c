//! Orders: placing, reading, listing and cancelling them, sending their goods and taking them back,
//! giving their money back, and moving orders on as payments settle and time passes. Owns the routes
//! below `/orders`; may depend on `domain`, `store` and `edge`; must never know another service's
//! functions.

use edge::{Function, consumer, endpoint};

mod cancel_order;
mod change_fulfilment;
mod change_return;
mod create_fulfilment;
mod create_note;
mod create_order;
mod create_refund;
mod create_return;
mod fulfilment;
mod get_fulfilment;
mod get_order;
mod get_refund;
mod get_return;
mod goods;
mod list_notes;
mod list_orders;
mod note;
mod order;
mod refunded;
mod returned;
mod settle_payment;
mod sweep_due_orders;
mod wish;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(cancel_order::CancelOrder),
    endpoint!(change_fulfilment::ChangeFulfilment),
    endpoint!(change_return::ChangeReturn),
    endpoint!(create_fulfilment::CreateFulfilment),
    endpoint!(create_note::CreateNote),
    endpoint!(create_order::CreateOrder),
    endpoint!(create_refund::CreateRefund),
    endpoint!(create_return::CreateReturn),
    endpoint!(get_fulfilment::GetFulfilment),
    endpoint!(get_order::GetOrder),
    endpoint!(get_refund::GetRefund),
    endpoint!(get_return::GetReturn),
    endpoint!(list_notes::ListNotes),
    endpoint!(list_orders::ListOrders),
    consumer!(settle_payment::SettlePayment),
    consumer!(sweep_due_orders::SweepDueOrders),
];
