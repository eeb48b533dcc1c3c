//! `POST /payments`: pays an order now, and answers with the outcome.
//!
//! The payment is put down, with the record of its idempotency key, before the provider is called:
//! whoever repeats the request finds it and asks the provider what became of it.

use domain::id::{EventId, OrderId, PaymentId};
use domain::machine::Moves;
use domain::order::OrderStatus;
use domain::payment::{CaptureMethod, Initiator, Payment, Start};
use domain::role::Permission;
use domain::text::PaymentMethod;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::once::Receipt;
use store::orders::{self, Orders};
use store::payments::{self, Payments};
use store::provider::{CaptureDefault, PaymentMethods, Provider};

use crate::driving::{BY_THE_PROVIDER, Driver};
use crate::payment::PaymentView;

/// Pays an order.
pub(crate) struct CreatePayment;

/// What is to be paid, and from what.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPayment {
    /// The order, whose total is charged.
    order_id: OrderId,
    /// From what.
    payment_method: PaymentMethod,
    /// When the money is taken: as the shop usually does, unless staff want it otherwise.
    capture_method: Option<CaptureMethod>,
}

/// Where the outcome of a request is found that nobody was told yet: the payment itself holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    payment_id: PaymentId,
}

impl Endpoint for CreatePayment {
    const ROUTE: Route = Route::post("/payments", "Pay an order")
        .auth(Auth::Owner(Permission::PaymentsWrite))
        .located()
        .once()
        .errors(&[
            Code::NotFound,
            Code::OrderAlreadyPaid,
            Code::InvalidState,
            Code::PaymentDeclined,
            Code::IdempotencyInFlight,
        ]);
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (
        Payments<payments::Charge>,
        Orders<orders::Read>,
        Provider,
        PaymentMethods,
        CaptureDefault,
    );
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewPayment;
    type Reply = PaymentView;

    async fn handle(
        (payments, orders, provider, methods, usual): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PaymentView>, Failure> {
        let NewPayment {
            order_id,
            payment_method,
            capture_method: _,
        } = &rq.body;
        let order = orders.get_now(*order_id).await?;
        rq.caller
            .must_own(order.customer, order.id, Permission::PaymentsWrite)?;
        if !methods.accept(payment_method) {
            return Err(Failure::rule("paymentMethod", "is not known"));
        }
        let capture_method = capture_method(rq, *usual)?;
        methods
            .can_charge(order.totals.total)
            .map_err(|broken| Failure::rule("orderId", format!("the total {broken}")))?;
        let slot = payments.slot(order.id).await?;
        // After the slot was read: whoever finds it taken by this very request also finds its record.
        payments.recall(rq.once(), rq.now()).await?;
        let over = matches!(order.status, OrderStatus::Cancelled | OrderStatus::Expired);
        if over || slot.closed || rq.now() >= order.expires_at && !slot.live {
            let (from, to) = (order.status, OrderStatus::Confirmed);
            let why = match over {
                true => "cannot be paid",
                false => "its time to be paid is over",
            };
            return Err(Failure::new(Code::InvalidState)
                .error(format!("orderId: the order is {from} and {why}"))
                .detail(json!({ "from": from, "to": to })));
        }
        if slot.live || order.status != OrderStatus::PendingPayment {
            return Err(Failure::new(Code::OrderAlreadyPaid));
        }

        let start = Start {
            id: PaymentId::new(rq.now(), rq.entropy()),
            order: order.id,
            amount: order.totals.total,
            method: payment_method.clone(),
            capture_method,
            initiator: Initiator::Client,
            attempt: slot.attempts + 1,
            owner: EventId::new(rq.now(), rq.entropy()),
        };
        let payment = Payment::start(start, rq.now()).map_err(Failure::internal)?;
        let payment = provider.named(payment);
        let mut tx = payments.begin(&rq.stamp);
        payments.start(&mut tx, &payment, &slot)?;
        let started = Started {
            payment_id: payment.id,
        };
        payments.remember(&mut tx, rq.once(), &started)?;
        tx.commit().await?;

        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        answer(payments, rq, started, driver.charge(payment).await?).await
    }

    async fn replay(
        (payments, _, provider, ..): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<PaymentView>, Failure> {
        if let Some(told) = receipt.outcome()? {
            return outcome(told);
        }
        let started: Started = receipt.read()?;
        let payment = payments.get_now(started.payment_id).await?;
        if !payment.is_open() {
            return answer(payments, rq, started, payment).await;
        }
        // The first attempt is under way, or died half-way.
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        let me = EventId::new(rq.now(), rq.entropy());
        answer(payments, rq, started, driver.resume(payment, me).await?).await
    }
}

/// When the money is taken. Whether goods may leave before it is there, is for staff to say.
fn capture_method(
    rq: &Rq<CreatePayment>,
    CaptureDefault(usual): CaptureDefault,
) -> Result<CaptureMethod, Failure> {
    match rq.body.capture_method {
        Some(wanted) if wanted != usual && !rq.caller.may(Permission::PaymentsWrite) => {
            let needed = Permission::PaymentsWrite;
            Err(Failure::new(Code::Forbidden).error(format!(
                "captureMethod: the permission {needed} is needed for {wanted}"
            )))
        }
        wanted => Ok(wanted.unwrap_or(usual)),
    }
}

/// Answers with what became of the payment. Once that is known, repetitions are answered alike; until
/// then they find out.
async fn answer(
    payments: &Payments<payments::Charge>,
    rq: &Rq<CreatePayment>,
    started: Started,
    payment: Payment,
) -> Result<Reply<PaymentView>, Failure> {
    let is_open = payment.is_open();
    let view = PaymentView::from(payment);
    outcome(match is_open {
        true => view,
        false => {
            payments
                .conclude(rq.once(), rq.now(), &started, view)
                .await?
        }
    })
}

fn outcome(payment: PaymentView) -> Result<Reply<PaymentView>, Failure> {
    if let Some(reason) = payment.failure {
        return Err(Failure::new(Code::PaymentDeclined)
            .error(format!("paymentMethod: was declined: {reason}"))
            .detail(json!({ "reason": reason, "paymentId": payment.id })));
    }
    let path = format!("/payments/{}", payment.id);
    Ok(payment.reply().location(path))
}
