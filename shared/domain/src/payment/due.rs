//! When somebody must ask the provider about a payment, whatever became of messages.

use std::time::Duration;

use super::{Payment, PaymentState};
use crate::clock::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait before the provider is asked, and how long at most before it is asked again.
struct Patience {
    since: Timestamp,
    first: Duration,
    longest: Duration,
}

impl Payment {
    /// When the provider must be asked about it; never once nothing is open any more.
    #[must_use]
    pub fn due_at(&self) -> Option<Timestamp> {
        let Patience { since, first, .. } = self.patience()?;
        Some(since.plus(first))
    }

    /// When to ask again, where the provider had nothing new to tell: the longer it takes, the
    /// seldomer.
    #[must_use]
    pub fn due_again_at(&self, now: Timestamp) -> Option<Timestamp> {
        let Patience {
            since,
            first,
            longest,
        } = self.patience()?;
        Some(now.plus(now.since(since).clamp(first, longest)))
    }

    fn patience(&self) -> Option<Patience> {
        let of = |since, first, longest| Patience {
            since,
            first,
            longest,
        };
        let asked = self.under_way.map(|under_way| under_way.since);
        let refunded = self.pending_refunds().map(|refund| refund.created_at);
        if let Some(since) = asked.into_iter().chain(refunded).min() {
            return Some(of(since, MINUTE, HOUR));
        }
        match self.status {
            PaymentState::Processing | PaymentState::Unknown => {
                let since = self.lease.map_or(self.updated_at, |lease| lease.until);
                Some(of(since, MINUTE, HOUR))
            }
            // The customer or the provider's report moves it; a report may be lost.
            PaymentState::RequiresAction => Some(of(self.updated_at, 5 * MINUTE, HOUR)),
            // What is set aside is let go of by the provider after some days.
            PaymentState::Authorized => Some(of(self.updated_at, DAY, DAY)),
            PaymentState::PartiallyCaptured if !self.capturable().is_zero() => {
                Some(of(self.updated_at, DAY, DAY))
            }
            _ => None,
        }
    }
}
