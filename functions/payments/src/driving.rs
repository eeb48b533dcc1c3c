//! Driving a payment on until its outcome is known, and giving back what was charged for nothing.
//!
//! Whoever charges holds the payment's lease. The outcome is what the provider says, never what we
//! hope: after silence it is asked, and a successor asks before it charges.

use domain::id::EventId;
use domain::machine::Moves;
use domain::payment::{
    Decline, DisputeStatus, Initiator, Payment, PaymentError, PaymentState, RefundStatus, Report,
    Standing,
};
use domain::text::ProviderRef;
use domain::transition::Transition;
use edge::{Code, Failure};
use store::StoreError;
use store::event::{Event, Stamp};
use store::payments::{Payments, Settles};
use store::provider::{NewCharge, Provider, ProviderError};

use crate::news::news;

/// What every function moves that puts down what the provider says.
pub(crate) const BY_THE_PROVIDER: &[Moves] = &[
    Moves::all::<PaymentState>(),
    Moves::all::<RefundStatus>(),
    Moves::all::<DisputeStatus>(),
];

/// How often a change is made over what somebody else changed meanwhile.
const TRIES: u32 = 12;
/// The ceiling of the pause before that, in milliseconds; it grows with every try.
const PAUSE_MS: u64 = 20;

/// What drives payments: the handles, and when and on whose behalf.
pub(crate) struct Driver<'a, M> {
    pub(crate) payments: &'a Payments<M>,
    pub(crate) provider: &'a Provider,
    pub(crate) stamp: &'a Stamp,
}

impl<M: Settles> Driver<'_, M> {
    /// Charges a payment that has just started, or of which the provider knows nothing.
    pub(crate) async fn charge(&self, payment: Payment) -> Result<Payment, Failure> {
        let charge = NewCharge::of(&payment);
        let (payment, name) = match payment.reference.clone() {
            Some(name) => (payment, name),
            None => match self.provider.open(&charge).await {
                // Put down before money can move: whoever comes after us knows what to ask for.
                Ok(name) => (self.announce(payment, &name).await?, name),
                Err(ProviderError::Refused(why)) => {
                    tracing::warn!(payment = %payment.id, why, "the charge is refused");
                    return self.settle(payment, &declined()).await;
                }
                Err(error) => {
                    self.set_aside(payment).await?;
                    return Err(unavailable(error));
                }
            },
        };
        match self.provider.charge(&name, &charge).await {
            Ok(report) => self.settle(payment, &report).await,
            Err(ProviderError::Refused(why)) => {
                tracing::warn!(payment = %payment.id, why, "the charge is refused");
                self.settle(payment, &declined()).await
            }
            // It may have charged or not: it must say before anything is decided.
            Err(ProviderError::Silent) => match self.provider.look_up(&name).await {
                Ok(report) if report.standing != Standing::Idle => {
                    self.settle(payment, &report).await
                }
                _ => self.set_aside(payment).await,
            },
            Err(error) => {
                self.set_aside(payment).await?;
                Err(unavailable(error))
            }
        }
    }

    async fn announce(&self, payment: Payment, name: &ProviderRef) -> Result<Payment, Failure> {
        let announced = payment.announced(name.clone(), self.stamp.now);
        self.save(&announced, []).await?;
        Ok(announced)
    }

    /// Takes over a payment from whoever held it, asks the provider, and drives it on.
    pub(crate) async fn resume(
        &self,
        payment: Payment,
        owner: EventId,
    ) -> Result<Payment, Failure> {
        let payment = match payment.take_over(owner, self.stamp.now) {
            Ok(Transition::Moved(mine)) => {
                self.save(&mine, []).await?;
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
        let report = match &payment.reference {
            Some(name) => self.provider.look_up(name).await.map_err(unavailable)?,
            // Without a name there, no money can have moved.
            None => Standing::Idle.into(),
        };
        if report.standing != Standing::Idle {
            return self.settle(payment, &report).await;
        }
        // Nothing was charged, and nobody else will do it.
        let wanted = payment.initiator == Initiator::Server
            && !self.payments.slot(payment.order).await?.closed;
        if wanted {
            return self.charge(payment).await;
        }
        let given_up = match &payment.reference {
            // So that a request that is still on its way finds nothing to charge.
            Some(name) => self.provider.void(name, &void_key(&payment)).await,
            None => Ok(Standing::Voided.into()),
        };
        self.settle(payment, &given_up.map_err(unavailable)?).await
    }

    /// Puts down what the provider says. Money for an order that has come to nothing meanwhile is
    /// given back at once.
    pub(crate) async fn settle(
        &self,
        payment: Payment,
        report: &Report,
    ) -> Result<Payment, Failure> {
        let settled = self.put_down(payment, report).await?;
        let holds = !settled.refundable().is_zero() || !settled.capturable().is_zero();
        if holds && self.payments.slot(settled.order).await?.closed {
            return self.give_back(settled).await;
        }
        Ok(settled)
    }

    /// Puts down what the provider says, over whatever changed meanwhile.
    pub(crate) async fn put_down(
        &self,
        payment: Payment,
        report: &Report,
    ) -> Result<Payment, Failure> {
        self.change(payment, |payment| payment.apply(report, self.stamp.now))
            .await
    }

    /// What the provider says of a payment. One that has no name there yet, it knows nothing of.
    pub(crate) async fn look_up(&self, payment: &Payment) -> Result<Report, Failure> {
        match &payment.reference {
            Some(name) => self.provider.look_up(name).await.map_err(unavailable),
            None => Ok(Standing::Idle.into()),
        }
    }

    /// Lets go of a payment whose outcome is open; it stays due until it is known.
    async fn set_aside(&self, payment: Payment) -> Result<Payment, Failure> {
        self.change(payment, |payment| {
            Ok(payment.outcome_unknown(self.stamp.now))
        })
        .await
    }

    /// Changes a payment, over whatever others made of it meanwhile.
    pub(crate) async fn change(
        &self,
        mut payment: Payment,
        decide: impl Fn(&Payment) -> Result<Transition<Payment>, PaymentError>,
    ) -> Result<Payment, Failure> {
        for tried in 1..=TRIES {
            let decided = decide(&payment).map_err(Failure::internal)?;
            let Transition::Moved(moved) = decided else {
                return Ok(payment);
            };
            match self.save(&moved, news(&payment, &moved)).await {
                Ok(()) => return Ok(moved),
                Err(StoreError::Stale) => self.pause(tried).await,
                Err(error) => return Err(error.into()),
            }
            payment = self.payments.get_now(payment.id).await?;
        }
        Err(StoreError::Stale.into())
    }

    pub(crate) async fn save(
        &self,
        payment: &Payment,
        news: impl IntoIterator<Item = Event>,
    ) -> Result<(), StoreError> {
        let mut tx = self.payments.begin(self.stamp);
        self.payments.save(&mut tx, payment, news)?;
        tx.commit().await
    }

    async fn pause(&self, tried: u32) {
        let mut random = [0];
        self.stamp.entropy.fill(&mut random);
        let share = f64::from(random[0]) / f64::from(u8::MAX);
        let ceiling = std::time::Duration::from_millis(PAUSE_MS) * tried;
        tokio::time::sleep(ceiling.mul_f64(share)).await;
    }
}

fn declined() -> Report {
    Standing::Declined(Decline::Other).into()
}

/// The provider's key of whatever gives a payment up: it can be given up but once.
pub(crate) fn void_key(payment: &Payment) -> String {
    format!("{}-void", payment.provider_key())
}

/// The failure of a provider that gives no report.
pub(crate) fn unavailable(error: ProviderError) -> Failure {
    let seconds = match error {
        ProviderError::Resting { seconds } => Some(seconds),
        _ => None,
    };
    let failure = Failure::from(StoreError::Unavailable(Box::new(error)));
    match seconds {
        Some(seconds) => failure.retry_after_s(seconds),
        None => failure,
    }
}
