//! The endpoints and consumers of payments.

mod charge_order;
mod create_payment;
mod get_payment;
mod reconcile_payment;
mod reverse_order;
mod sweep_open_payments;
