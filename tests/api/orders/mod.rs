//! The endpoints and consumers of orders.

mod cancel_order;
mod change_fulfilment;
mod change_return;
mod create_fulfilment;
mod create_note;
mod create_order;
mod create_refund;
mod create_return;
mod get_fulfilment;
mod get_order;
mod get_refund;
mod get_return;
mod list_notes;
mod list_orders;
mod settle_payment;
mod sweep_due_orders;
