//! `POST /payments/{id}/refunds`: gives back what was taken, all that is left of it or a part.
//!
//! The refund is put down as pending, with the record of the idempotency key, before the provider is
//! called: however many are wanted at once, they never come to more than was taken.

use domain::clock::Timestamp;
use domain::id::{OrderId, PaymentId, RefundId};
use domain::machine::Moves;
use domain::money::Money;
use domain::payment::{Payment, RefundStatus};
use domain::role::Permission;
use domain::text::Reason;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::once::Receipt;
use store::payments::{self, Payments};
use store::provider::Provider;

use crate::driving::{BY_THE_PROVIDER, Driver};
use crate::payment::PaymentPath;

/// Refunds a payment.
pub(crate) struct RefundPayment;

/// What is to be given back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPaymentRefund {
    /// How much; all that is left unless given.
    amount: Option<Money>,
    /// Why, for the books.
    reason: Reason,
}

/// A refund of a payment.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentRefund")]
pub(crate) struct RefundReply {
    /// The refund's id.
    id: RefundId,
    /// The payment that it gives back.
    payment_id: PaymentId,
    /// The order that was paid for.
    order_id: OrderId,
    /// How much.
    amount: Money,
    /// Why; null for one that was made at the provider.
    reason: Option<Reason>,
    /// How far it has come.
    status: RefundStatus,
    /// When it was asked for.
    created_at: Timestamp,
}

/// Where the outcome of a request is found that nobody was told yet: the payment itself holds all else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reserved {
    payment_id: PaymentId,
    refund_id: RefundId,
}

impl Endpoint for RefundPayment {
    const ROUTE: Route = Route::post("/payments/{id}/refunds", "Refund a payment")
        .auth(Auth::Staff(Permission::PaymentsWrite))
        .versioned()
        .once()
        .errors(&[Code::InvalidState]);
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Refund>, Provider);
    type Path = PaymentPath;
    type Query = Nothing;
    type Body = NewPaymentRefund;
    type Reply = RefundReply;

    async fn handle(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<RefundReply>, Failure> {
        let payment = payments.get_now(rq.path.id).await?;
        // After the payment was read: whoever finds it changed by this very request also finds its
        // record.
        payments.recall(rq.once(), rq.now()).await?;
        rq.expects(payment.version)?;
        let NewPaymentRefund { amount, reason } = &rq.body;
        let id = RefundId::new(rq.now(), rq.entropy());
        let reserved = payment.reserve_refund(id, *amount, Some(reason.clone()), rq.now())?;
        let facts = Reserved {
            payment_id: reserved.id,
            refund_id: id,
        };
        let mut tx = payments.begin(&rq.stamp);
        payments.save(&mut tx, &reserved, [])?;
        payments.remember(&mut tx, rq.once(), &facts)?;
        tx.commit().await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        answer(payments, rq, facts, driver.refunded(reserved, id).await).await
    }

    async fn replay(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<RefundReply>, Failure> {
        if let Some(told) = receipt.outcome::<RefundReply>()? {
            return Ok(Reply::of(told));
        }
        let facts: Reserved = receipt.read()?;
        let payment = payments.get_now(facts.payment_id).await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        let tried = driver.refunded(payment, facts.refund_id).await;
        answer(payments, rq, facts, tried).await
    }
}

/// The refund as it now stands. Once it is known to be made or refused, repetitions are answered alike;
/// until then they find out.
async fn answer(
    payments: &Payments<payments::Refund>,
    rq: &Rq<RefundPayment>,
    facts: Reserved,
    payment: Payment,
) -> Result<Reply<RefundReply>, Failure> {
    let refund = payment
        .refund(facts.refund_id)
        .ok_or_else(|| Failure::internal("a refund was reserved and is not there"))?;
    let view = RefundReply {
        id: refund.id,
        payment_id: payment.id,
        order_id: payment.order,
        amount: refund.amount,
        reason: refund.reason.clone(),
        status: refund.status,
        created_at: refund.created_at,
    };
    Ok(Reply::of(match refund.status {
        RefundStatus::Pending => view,
        _ => payments.conclude(rq.once(), rq.now(), &facts, view).await?,
    }))
}
