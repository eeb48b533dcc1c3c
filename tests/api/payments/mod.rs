//! The endpoints and consumers of payments.

mod capture_payment;
mod charge_order;
mod create_payment;
mod execute_refund;
mod get_payment;
mod receive_webhook;
mod reconcile_payment;
mod refund_payment;
mod reverse_order;
mod sweep_open_payments;
mod void_payment;
