//! Carrying out what was put down: captures, voids and refunds.
//!
//! Whoever puts one down goes on to carry it out; if they die, or the provider is silent, whoever finds
//! it later asks the provider what became of it, and asks again under the same key.

use domain::id::RefundId;
use domain::payment::{Operation, Payment, PaymentError, RefundStatus, Report};
use domain::text::{ProviderRef, Reason};
use domain::transition::Transition;
use edge::Failure;
use store::payments::Settles;
use store::provider::{NewRefund, ProviderError};

use crate::driving::{Driver, void_key};

/// Why money goes back that came for an order that is over.
const FOR_NOTHING: &str = "the order came to nothing";

impl<M: Settles> Driver<'_, M> {
    /// Has the provider do what is under way. Where it is silent or down, that stays under way, and due.
    pub(crate) async fn operate(&self, payment: Payment) -> Result<Payment, Failure> {
        let (Some(under_way), Some(name)) = (payment.under_way, payment.reference.clone()) else {
            return Ok(payment);
        };
        let asked = match under_way.operation {
            Operation::Capture { number, amount, .. } => {
                let key = format!("{}-capture-{number}", payment.provider_key());
                self.provider.capture(&name, amount, &key).await
            }
            Operation::Void => self.provider.void(&name, &void_key(&payment)).await,
        };
        let Some((report, refused)) = self.told(&name, asked).await else {
            return Ok(payment);
        };
        let known = self.put_down(payment, &report).await?;
        if !refused {
            return Ok(known);
        }
        self.change(known, |payment| {
            Ok(match payment.under_way == Some(under_way) {
                true => payment.operation_refused(self.stamp.now),
                false => Transition::Unchanged,
            })
        })
        .await
    }

    /// Has the provider make a refund that is pending. Where it is silent or down, that stays pending,
    /// and due.
    pub(crate) async fn execute(&self, payment: Payment, id: RefundId) -> Result<Payment, Failure> {
        let pending = payment
            .pending_refunds()
            .find(|refund| refund.id == id)
            .cloned();
        let (Some(refund), Some(name)) = (pending, payment.reference.clone()) else {
            return Ok(payment);
        };
        let wanted = NewRefund {
            id,
            payment: payment.id,
            amount: refund.amount,
            reason: refund.reason,
        };
        let asked = self.provider.refund(&name, &wanted).await;
        let Some((report, refused)) = self.told(&name, asked).await else {
            return Ok(payment);
        };
        let is_made = report.refunds.iter().any(|told| told.id == id);
        let known = self.put_down(payment, &report).await?;
        // What is asked for once more than it can be made is refused, and made all the same.
        if !refused || is_made {
            return Ok(known);
        }
        self.change(known, |payment| {
            Ok(payment.refund_refused(id, self.stamp.now))
        })
        .await
    }

    /// What the provider says after it was asked for something, and whether it refused that. Nothing, if
    /// nothing can be known now.
    async fn told(
        &self,
        name: &ProviderRef,
        asked: Result<Report, ProviderError>,
    ) -> Option<(Report, bool)> {
        match asked {
            Ok(report) => Some((report, false)),
            Err(ProviderError::Refused(why)) => {
                tracing::warn!(%name, why, "the provider refuses");
                let known = self.provider.look_up(name).await.ok()?;
                Some((known, true))
            }
            Err(ProviderError::Silent) => {
                let known = self.provider.look_up(name).await.ok()?;
                Some((known, false))
            }
            Err(error) => {
                tracing::warn!(%name, %error, "the provider is asked again later");
                None
            }
        }
    }

    /// Asks the provider about a payment, and drives on whatever of it is not done yet and unknown there.
    pub(crate) async fn carry_on(&self, payment: Payment) -> Result<Payment, Failure> {
        let report = self.look_up(&payment).await?;
        let mut known = self.settle(payment, &report).await?;
        if known.under_way.is_some() {
            known = self.operate(known).await?;
        }
        // One that the provider works on is not asked for again: keys do not last for ever.
        let is_new = |id: RefundId| !report.refunds.iter().any(|told| told.id == id);
        let pending: Vec<RefundId> = known
            .pending_refunds()
            .map(|refund| refund.id)
            .filter(|id| is_new(*id))
            .collect();
        for id in pending {
            known = self.execute(known, id).await?;
        }
        Ok(known)
    }

    /// Gives back all that a payment holds for an order that is over: lets go of what is set aside, and
    /// refunds what was taken.
    pub(crate) async fn give_back(&self, payment: Payment) -> Result<Payment, Failure> {
        let mut payment = payment;
        if payment.under_way.is_some() {
            payment = self.operate(payment).await?;
        }
        let released = payment.begin_release(self.stamp.now);
        match released {
            Ok(Transition::Moved(letting_go)) => {
                self.save(&letting_go, []).await?;
                payment = self.operate(letting_go).await?;
            }
            // A capture of which nothing is known yet: it is due, and whoever learns more comes here.
            Ok(Transition::Unchanged) | Err(PaymentError::UnderWay) => {}
            Err(error) => return Err(Failure::internal(error)),
        }
        if payment.refundable().is_zero() {
            return Ok(payment);
        }
        // What the provider would not do once it will not do by itself.
        if !has_failed(&payment) {
            let id = RefundId::new(self.stamp.now, self.stamp.entropy.as_ref());
            let reason = Reason::parse(FOR_NOTHING).ok();
            let reserved = payment
                .reserve_refund(id, None, reason, self.stamp.now)
                .map_err(Failure::internal)?;
            self.save(&reserved, []).await?;
            payment = self.execute(reserved, id).await?;
        }
        if has_failed(&payment) {
            tracing::error!(payment = %payment.id, "money for nothing cannot be given back");
        }
        Ok(payment)
    }
}

/// Whether the provider would not give back what a payment holds for nothing. Refunds that were wanted
/// for other reasons say nothing of that.
fn has_failed(payment: &Payment) -> bool {
    payment.refunds.iter().any(|refund| {
        let reason = refund.reason.as_ref().map(Reason::as_str);
        refund.status == RefundStatus::Failed && reason == Some(FOR_NOTHING)
    })
}

/// For requests, whose wish is put down for good before it is carried out: whatever keeps it from being
/// carried out now, it is due, and the payment says how far it has come.
impl<M: Settles> Driver<'_, M> {
    /// What is under way, tried.
    pub(crate) async fn attempted(&self, payment: Payment) -> Payment {
        let known = payment.clone();
        self.operate(payment).await.unwrap_or_else(|failure| {
            tracing::warn!(payment = %known.id, %failure, "left to the sweeper");
            known
        })
    }

    /// A refund, tried.
    pub(crate) async fn refunded(&self, payment: Payment, id: RefundId) -> Payment {
        let known = payment.clone();
        self.execute(payment, id).await.unwrap_or_else(|failure| {
            tracing::warn!(payment = %known.id, %failure, "left to the sweeper");
            known
        })
    }
}
