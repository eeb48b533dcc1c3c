//! `POST /payments/{id}/voids`: gives a payment up before any money is taken. An order that it confirmed
//! is cancelled, as long as nothing of it was sent.

use domain::id::PaymentId;
use domain::machine::Moves;
use domain::payment::{Operation, Payment, PaymentState};
use domain::role::Permission;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use serde::{Deserialize, Serialize};
use store::once::Receipt;
use store::payments::{self, Payments};
use store::provider::Provider;

use crate::driving::{BY_THE_PROVIDER, Driver};
use crate::payment::{PaymentPath, PaymentView, reply};

/// Voids a payment.
pub(crate) struct VoidPayment;

/// What the reply to a repeated request is rebuilt from: the payment itself holds all else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    payment_id: PaymentId,
}

impl Endpoint for VoidPayment {
    const ROUTE: Route = Route::post("/payments/{id}/voids", "Void a payment")
        .auth(Auth::Staff(Permission::PaymentsWrite))
        .versioned()
        .errors(&[Code::InvalidState, Code::Conflict]);
    const MOVES: &'static [Moves] = BY_THE_PROVIDER;
    type Needs = (Payments<payments::Command>, Provider);
    type Path = PaymentPath;
    type Query = Nothing;
    type Body = Nothing;
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
        let begun = payment.begin_void(rq.now())?;
        let begun = match begun.moved() {
            // Somebody began it before: whoever asks again helps it on.
            None => payment,
            Some(begun) => {
                let facts = Begun {
                    payment_id: begun.id,
                };
                let mut tx = payments.begin(&rq.stamp);
                payments.save(&mut tx, &begun, [])?;
                payments.remember(&mut tx, rq.once(), &facts)?;
                tx.commit().await?;
                begun
            }
        };
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        outcome(driver.attempted(begun).await)
    }

    async fn replay(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<PaymentView>, Failure> {
        let Begun { payment_id } = receipt.read()?;
        let payment = payments.get_now(payment_id).await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        outcome(driver.attempted(payment).await)
    }
}

fn outcome(payment: Payment) -> Result<Reply<PaymentView>, Failure> {
    let is_under_way = payment
        .under_way
        .is_some_and(|it| it.operation == Operation::Void);
    if is_under_way || payment.status == PaymentState::Voided {
        return Ok(reply(payment));
    }
    Err(Failure::new(Code::InvalidState)
        .error(format!(
            "status: the payment provider would not give it up; it is {}",
            payment.status
        ))
        .detail(serde_json::json!({ "from": payment.status })))
}
