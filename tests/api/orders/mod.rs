//! The endpoints and consumers of orders.

mod cancel_order;
mod create_order;
mod get_order;
mod list_orders;
mod settle_payment;
mod sweep_due_orders;
