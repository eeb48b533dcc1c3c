//! `POST /payments/{id}/captures`: takes money that is set aside, all that is left of it or a part.
//!
//! What is to be taken is put down, with the record of the idempotency key, before the provider is
//! called. Where its reply is lost, the payment says that a capture is under way, and the shop finds out.

use domain::id::PaymentId;
use domain::machine::Moves;
use domain::money::Money;
use domain::payment::{Operation, Payment};
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::once::Receipt;
use store::payments::{self, Payments};
use store::provider::Provider;

use crate::driving::{BY_THE_PROVIDER, Driver};
use crate::payment::{PaymentPath, PaymentView};

/// Captures a payment.
pub(crate) struct CapturePayment;

/// How much is to be taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCapture {
    /// How much; all that is left unless given.
    amount: Option<Money>,
}

/// Where the outcome of a request is found that nobody was told yet: the payment itself holds all else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    payment_id: PaymentId,
    number: u32,
    /// What will have been taken in all.
    reaches: Money,
}

impl Endpoint for CapturePayment {
    const ROUTE: Route = Route::post("/payments/{id}/captures", "Capture a payment")
        .auth(Auth::Staff(Permission::PaymentsWrite))
        .versioned()
        .once()
        .errors(&[Code::InvalidState, Code::Conflict]);
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Command>, Provider);
    type Path = PaymentPath;
    type Query = Nothing;
    type Body = NewCapture;
    type Reply = PaymentView;

    async fn handle(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<PaymentView>, Failure> {
        let payment = payments.get_now(rq.path.id).await?;
        // After the payment was read: whoever finds it changed by this very request also finds its
        // record.
        payments.recall(rq.once(), rq.now()).await?;
        rq.expects(payment.version)?;
        let begun = payment.begin_capture(rq.body.amount, rq.now())?;
        let Some(Operation::Capture {
            number, reaches, ..
        }) = begun.under_way.map(|it| it.operation)
        else {
            return Err(Failure::internal("a capture was begun and is not there"));
        };
        let facts = Begun {
            payment_id: begun.id,
            number,
            reaches,
        };
        let mut tx = payments.begin(&rq.stamp);
        payments.save(&mut tx, &begun, [])?;
        payments.remember(&mut tx, rq.once(), &facts)?;
        tx.commit().await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        answer(payments, rq, facts, driver.attempted(begun).await).await
    }

    async fn replay(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<PaymentView>, Failure> {
        if let Some(told) = receipt.outcome::<PaymentView>()? {
            return Ok(told.reply());
        }
        let facts: Begun = receipt.read()?;
        let payment = payments.get_now(facts.payment_id).await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        answer(payments, rq, facts, driver.attempted(payment).await).await
    }
}

/// The payment as it now stands; or that the provider would not, if it is not under way any more and
/// has taken less. Once money was taken, repetitions are answered alike; until then they find out.
async fn answer(
    payments: &Payments<payments::Command>,
    rq: &Rq<CapturePayment>,
    facts: Begun,
    payment: Payment,
) -> Result<Reply<PaymentView>, Failure> {
    let is_under_way = payment.under_way.is_some_and(
        |it| matches!(it.operation, Operation::Capture { number, .. } if number == facts.number),
    );
    if is_under_way {
        return Ok(PaymentView::from(payment).reply());
    }
    if payment.captured.amount() < facts.reaches.amount() {
        return Err(Failure::new(Code::InvalidState)
            .error("amount: the payment provider would not take it")
            .detail(serde_json::json!({ "from": payment.status })));
    }
    let view = PaymentView::from(payment);
    let told = payments.conclude(rq.once(), rq.now(), &facts, view).await?;
    Ok(told.reply())
}
