//! Stripe's objects, as far as the shop reads them, and what they say in the shop's own terms.

use std::collections::BTreeMap;

use ring::digest::{SHA256, digest};
use serde::Deserialize;

use domain::id::{PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{
    Dispute, DisputeReason, DisputeStatus, NextAction, NextActionKind, RefundReport, RefundStatus,
    Report, Standing,
};
use domain::text::Url;

use super::ProviderError;
use super::amounts::from_stripe;
use super::http::StripeError;

type Metadata = BTreeMap<String, String>;

/// A page of a list, which holds all there is of it.
#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

/// A PaymentIntent.
#[derive(Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    amount: i64,
    currency: String,
    amount_received: i64,
    #[serde(default)]
    metadata: Metadata,
    next_action: Option<Next>,
    last_payment_error: Option<StripeError>,
    latest_charge: Option<Charge>,
}

#[derive(Deserialize)]
struct Next {
    redirect_to_url: Option<Redirect>,
}

#[derive(Deserialize)]
struct Redirect {
    url: String,
}

/// A charge in full, or its id alone where it was not asked for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Charge {
    Full {
        #[serde(default)]
        disputed: bool,
    },
    #[expect(dead_code, reason = "that it is there is all that is read of it")]
    Id(String),
}

/// A refund.
#[derive(Deserialize)]
pub(super) struct StripeRefund {
    id: String,
    amount: i64,
    currency: String,
    status: String,
    #[serde(default)]
    created: i64,
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// A dispute.
#[derive(Deserialize)]
pub(super) struct StripeDispute {
    amount: i64,
    currency: String,
    status: String,
    reason: String,
}

impl Intent {
    pub(super) fn has_taken(&self) -> bool {
        self.amount_received > 0
    }

    /// Those of its refunds that gave back what was taken. Stripe also lists one, its first, for what a
    /// partial capture let go of: that was never taken.
    pub(super) fn given_back<'a>(
        &self,
        refunds: &'a [StripeRefund],
    ) -> impl Iterator<Item = &'a StripeRefund> + use<'a> {
        let untaken = self.amount - self.amount_received;
        let let_go = refunds
            .iter()
            .rev()
            .filter(|refund| refund.named().is_none() && refund.status == "succeeded")
            .min_by_key(|refund| refund.created)
            .filter(|first| self.has_taken() && first.amount == untaken)
            .map(|first| first.id.as_str());
        refunds
            .iter()
            .filter(move |refund| Some(refund.id.as_str()) != let_go)
    }

    pub(super) fn is_disputed(&self) -> bool {
        matches!(self.latest_charge, Some(Charge::Full { disputed: true }))
    }

    pub(super) fn payment(&self) -> Option<PaymentId> {
        payment_in(&self.metadata)
    }

    /// What it says of its payment: all but refunds and dispute, which are asked for on their own.
    pub(super) fn report(&self) -> Result<Report, ProviderError> {
        let captured = money(self.amount_received, &self.currency)?;
        let standing = match self.status.as_str() {
            "requires_payment_method" => match &self.last_payment_error {
                Some(error) => Standing::Declined(error.decline()),
                None => Standing::Idle,
            },
            "requires_confirmation" => Standing::Idle,
            "requires_action" => self.waiting(),
            "requires_capture" => Standing::Authorized { captured },
            "succeeded" => Standing::Captured(captured),
            "canceled" if self.has_taken() => Standing::Captured(captured),
            "canceled" => Standing::Voided,
            "processing" => Standing::Processing,
            other => {
                tracing::error!(status = other, "Stripe tells of a state that is not known");
                Standing::Processing
            }
        };
        Ok(standing.into())
    }

    fn waiting(&self) -> Standing {
        let redirect = self.next_action.as_ref();
        let redirect = redirect.and_then(|next| next.redirect_to_url.as_ref());
        match redirect.and_then(|redirect| Url::parse(&redirect.url).ok()) {
            Some(url) => Standing::RequiresAction(NextAction {
                kind: NextActionKind::Redirect,
                url,
            }),
            None => {
                tracing::error!("Stripe wants something of the customer other than a redirect");
                Standing::Processing
            }
        }
    }
}

impl StripeRefund {
    /// What the shop calls it, if it asked for it.
    fn named(&self) -> Option<RefundId> {
        let named = self.metadata.as_ref().and_then(|it| it.get("refundId"));
        named.and_then(|id| RefundId::parse(id).ok())
    }

    pub(super) fn report(&self) -> Result<RefundReport, ProviderError> {
        Ok(RefundReport {
            // One that was made in Stripe's dashboard is known by what Stripe calls it.
            id: self.named().unwrap_or_else(|| derived(&self.id)),
            amount: money(self.amount, &self.currency)?,
            status: match self.status.as_str() {
                "succeeded" => RefundStatus::Succeeded,
                "failed" | "canceled" => RefundStatus::Failed,
                _ => RefundStatus::Pending,
            },
        })
    }
}

impl StripeDispute {
    pub(super) fn told(&self) -> Result<Dispute, ProviderError> {
        Ok(Dispute {
            amount: money(self.amount, &self.currency)?,
            status: match self.status.as_str() {
                "under_review" | "warning_under_review" => DisputeStatus::UnderReview,
                "won" | "warning_closed" | "prevented" => DisputeStatus::Won,
                "lost" => DisputeStatus::Lost,
                _ => DisputeStatus::NeedsResponse,
            },
            reason: match self.reason.as_str() {
                "fraudulent" => DisputeReason::Fraudulent,
                "duplicate" => DisputeReason::Duplicate,
                "product_not_received" => DisputeReason::ProductNotReceived,
                "product_unacceptable" => DisputeReason::ProductUnacceptable,
                "credit_not_processed" => DisputeReason::CreditNotProcessed,
                "unrecognized" => DisputeReason::Unrecognized,
                _ => DisputeReason::Other,
            },
        })
    }
}

/// The payment that metadata name.
pub(super) fn payment_in(metadata: &Metadata) -> Option<PaymentId> {
    PaymentId::parse(metadata.get("paymentId")?).ok()
}

fn derived(name: &str) -> RefundId {
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes
        .iter_mut()
        .zip(digest(&SHA256, name.as_bytes()).as_ref())
    {
        *byte = *hashed;
    }
    RefundId::from_u128(u128::from_be_bytes(bytes))
}

fn money(theirs: i64, currency: &str) -> Result<Money, ProviderError> {
    from_stripe(theirs, currency).ok_or_else(|| {
        tracing::error!(theirs, currency, "Stripe tells of an amount that cannot be");
        ProviderError::Silent
    })
}
