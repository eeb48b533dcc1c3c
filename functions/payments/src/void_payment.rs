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
use crate::payment::{PaymentPath, PaymentView};

/// Voids a payment.
pub(crate) struct VoidPayment;

/// Where the outcome of a request is found that nobody was told yet: the payment itself holds it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    payment_id: PaymentId,
}

impl Begun {
    fn of(payment: &Payment) -> Self {
        Self {
            payment_id: payment.id,
        }
    }
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
                let facts = Begun::of(&begun);
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
        answer(payments, rq, driver.attempted(begun).await).await
    }

    async fn replay(
        (payments, provider): &Self::Needs,
        rq: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<PaymentView>, Failure> {
        if let Some(told) = receipt.outcome::<PaymentView>()? {
            return Ok(told.reply());
        }
        let Begun { payment_id } = receipt.read()?;
        let payment = payments.get_now(payment_id).await?;
        let driver = Driver {
            payments,
            provider,
            stamp: &rq.stamp,
        };
        answer(payments, rq, driver.attempted(payment).await).await
    }
}

/// The payment as it now stands; or that the provider would not give it up. Once it did, repetitions are
/// answered alike; until then they find out.
async fn answer(
    payments: &Payments<payments::Command>,
    rq: &Rq<VoidPayment>,
    payment: Payment,
) -> Result<Reply<PaymentView>, Failure> {
    let is_under_way = payment
        .under_way
        .is_some_and(|it| it.operation == Operation::Void);
    if is_under_way {
        return Ok(PaymentView::from(payment).reply());
    }
    if payment.status != PaymentState::Voided {
        return Err(Failure::new(Code::InvalidState)
            .error(format!(
                "status: the payment provider would not give it up; it is {}",
                payment.status
            ))
            .detail(serde_json::json!({ "from": payment.status })));
    }
    let begun = Begun::of(&payment);
    let view = PaymentView::from(payment);
    let told = payments.conclude(rq.once(), rq.now(), &begun, view).await?;
    Ok(told.reply())
}
