//! Payments: charging orders through a provider, taking and giving back money, and finding out what
//! became of it. Owns the routes below `/payments` and `/payment-webhooks`; may depend on `domain`,
//! `store` and `edge`; must never know another service's functions.

use edge::{Function, consumer, endpoint};

mod capture_payment;
mod carrying_out;
mod charge_order;
mod create_payment;
mod driving;
mod execute_refund;
mod get_payment;
mod news;
mod payment;
mod receive_webhook;
mod reconcile_payment;
mod refund_payment;
mod reverse_order;
mod sweep_open_payments;
mod void_payment;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(capture_payment::CapturePayment),
    endpoint!(create_payment::CreatePayment),
    endpoint!(get_payment::GetPayment),
    endpoint!(receive_webhook::ReceiveWebhook),
    endpoint!(refund_payment::RefundPayment),
    endpoint!(void_payment::VoidPayment),
    consumer!(charge_order::ChargeOrder),
    consumer!(execute_refund::ExecuteRefund),
    consumer!(reconcile_payment::ReconcilePayment),
    consumer!(reverse_order::ReverseOrder),
    consumer!(sweep_open_payments::SweepOpenPayments),
];
