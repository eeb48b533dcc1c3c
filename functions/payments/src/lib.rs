//! Payments: charging orders through a provider, finding out what became of a charge, and giving
//! back what was charged for nothing. Owns the routes below `/payments`; may depend on `domain`,
//! `store` and `edge`; must never know another service's functions.

use edge::{Function, consumer, endpoint};

mod charge_order;
mod create_payment;
mod driving;
mod get_payment;
mod payment;
mod reconcile_payment;
mod reverse_order;
mod sweep_open_payments;

/// The functions of this service.
pub static FUNCTIONS: &[Function] = &[
    endpoint!(create_payment::CreatePayment),
    endpoint!(get_payment::GetPayment),
    consumer!(charge_order::ChargeOrder),
    consumer!(reconcile_payment::ReconcilePayment),
    consumer!(reverse_order::ReverseOrder),
    consumer!(sweep_open_payments::SweepOpenPayments),
];
