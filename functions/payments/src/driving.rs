//! Driving a payment on until its outcome is known, and giving back what was charged for nothing.
//!
//! Whoever drives a payment holds its lease. The outcome is what the provider says, never what we
//! hope: after silence it is asked, and a successor asks before it charges.

use std::time::Duration;

use domain::id::EventId;
use domain::payment::{Initiator, Payment, PaymentError, PaymentState, ProviderReport};
use domain::transition::Transition;
use edge::{Code, Failure};
use store::StoreError;
use store::event::{Event, PaymentFacts, Stamp};
use store::payments::{Payments, Settles};
use store::provider::{ChargeRequest, Provider, ProviderError};

/// How often a provider that is down is called before the payment is left for later.
const CALLS: u32 = 4;
/// The pause after the first call that found it down; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What drives payments: the handles, and when and on whose behalf.
pub(crate) struct Driver<'a, M> {
    pub(crate) payments: &'a Payments<M>,
    pub(crate) provider: &'a Provider,
    pub(crate) stamp: &'a Stamp,
}

impl<M: Settles> Driver<'_, M> {
    /// Charges a payment that has just started.
    pub(crate) async fn charge(&self, payment: Payment) -> Result<Payment, Failure> {
        let request = ChargeRequest {
            key: payment.provider_key(),
            order: payment.order,
            amount: payment.amount,
            method: payment.method.clone(),
        };
        let mut pause = FIRST_PAUSE;
        for call in 1..=CALLS {
            match self.provider.charge(&request).await {
                Ok(report) => return self.settle(payment, report).await,
                Err(ProviderError::Unavailable) if call < CALLS => {
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err(ProviderError::Unavailable) => break,
                // It may have charged or not: it must say before anything is decided.
                Err(ProviderError::Silent) => {
                    let report = self.look_up(&payment).await?;
                    return self.settle(payment, report).await;
                }
                Err(ProviderError::Unreachable(error)) => return Err(error.into()),
            }
        }
        self.set_aside(payment).await?;
        Err(unavailable(ProviderError::Unavailable))
    }

    /// Takes over a payment from whoever held it, asks the provider, and drives it on.
    pub(crate) async fn resume(
        &self,
        payment: Payment,
        owner: EventId,
    ) -> Result<Payment, Failure> {
        let payment = match payment.take_over(owner, self.stamp.now) {
            Ok(Transition::Moved(mine)) => {
                self.save(&mine, None).await?;
                mine
            }
            Ok(Transition::Unchanged) => return Ok(payment),
            Err(PaymentError::Leased { until }) => {
                let seconds = until.since(self.stamp.now).as_secs();
                return Err(Failure::new(Code::IdempotencyInFlight)
                    .retry_after_s(u32::try_from(seconds).unwrap_or(u32::MAX).max(1)));
            }
            Err(error) => return Err(Failure::internal(error)),
        };
        match self.look_up(&payment).await? {
            // The provider never heard of it, and nobody else will tell it.
            ProviderReport::Missing => match payment.initiator {
                Initiator::Server => self.charge(payment).await,
                Initiator::Client => self.settle(payment, ProviderReport::Voided).await,
            },
            known => self.settle(payment, known).await,
        }
    }

    /// Puts down what the provider says. A capture for an order that has come to nothing meanwhile
    /// is given back at once.
    pub(crate) async fn settle(
        &self,
        payment: Payment,
        report: ProviderReport,
    ) -> Result<Payment, Failure> {
        if report == ProviderReport::Missing {
            return self.set_aside(payment).await;
        }
        let moved = payment
            .apply(report, self.stamp.now)
            .map_err(Failure::internal)?;
        let settled = match moved {
            Transition::Unchanged => payment,
            Transition::Moved(moved) => {
                self.save(&moved, news(&moved)).await?;
                moved
            }
        };
        if settled.status == PaymentState::Captured
            && settled.refunded.is_zero()
            && self.payments.slot(settled.order).await?.closed
        {
            return self.refund(settled).await;
        }
        Ok(settled)
    }

    /// Gives back all that a payment captured.
    pub(crate) async fn refund(&self, payment: Payment) -> Result<Payment, Failure> {
        let report = self.provider.refund(&payment.provider_key()).await;
        let moved = payment
            .apply(report.map_err(unavailable)?, self.stamp.now)
            .map_err(Failure::internal)?;
        let Transition::Moved(refunded) = moved else {
            return Ok(payment);
        };
        self.save(&refunded, news(&refunded)).await?;
        Ok(refunded)
    }

    /// What the provider says of a payment.
    pub(crate) async fn look_up(&self, payment: &Payment) -> Result<ProviderReport, Failure> {
        self.provider
            .look_up(&payment.provider_key())
            .await
            .map_err(unavailable)
    }

    /// Lets go of a payment whose outcome is open; it stays due until it is known.
    async fn set_aside(&self, payment: Payment) -> Result<Payment, Failure> {
        match payment.outcome_unknown(self.stamp.now) {
            Transition::Unchanged => Ok(payment),
            Transition::Moved(open) => {
                self.save(&open, None).await?;
                Ok(open)
            }
        }
    }

    async fn save(&self, payment: &Payment, event: Option<Event>) -> Result<(), Failure> {
        let mut tx = self.payments.begin(self.stamp);
        self.payments.save(&mut tx, payment, event)?;
        tx.commit().await?;
        Ok(())
    }
}

/// What others must hear of a payment in its new state.
fn news(payment: &Payment) -> Option<Event> {
    let facts = PaymentFacts::of(payment);
    match payment.status {
        PaymentState::Captured if payment.refunded.is_zero() => {
            Some(Event::PaymentSucceeded(facts))
        }
        // One that was voided gave back nothing, because it had taken nothing.
        PaymentState::Captured | PaymentState::Voided => Some(Event::PaymentRefunded(facts)),
        PaymentState::Failed => Some(Event::PaymentFailed(facts)),
        PaymentState::RequiresAction => Some(Event::PaymentActionRequired(facts)),
        _ => None,
    }
}

/// The failure of a provider that gives no report.
pub(crate) fn unavailable(error: ProviderError) -> Failure {
    match error {
        ProviderError::Unreachable(error) => error.into(),
        other => StoreError::Unavailable(Box::new(other)).into(),
    }
}
