//! Hearing a provider: what is posted in its name is checked against the secrets it shares with the
//! shop. That there is news is all that is taken from it; the news themselves are asked for.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER_PERMISSIVE;
use futures_util::FutureExt;
use ring::hmac;

use domain::clock::Timestamp;
use domain::id::{EventId, PaymentId};
use domain::text::ProviderRef;

use super::{Entry, Provider, ProviderError, chosen, declare_asking, secret};
use crate::db::unavailable;
use crate::error::StoreError;
use crate::event::{Envelope, Event, PaymentReport, Stamp};
use crate::grant::Grant;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::queues::PAYMENTS_RECONCILE_PAYMENT;

/// What was posted in a provider's name, as it was sent.
#[derive(Debug, Clone)]
pub struct Posted {
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// Its body, to the letter.
    pub body: String,
}

/// What a provider has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// There is news of this payment.
    Of(PaymentId),
    /// There is news of what the provider calls by this name.
    About(ProviderRef),
    /// Nothing that concerns the shop.
    Irrelevant,
}

/// Why somebody is not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unheard {
    /// The signature is missing, or of somebody who does not know the secret.
    Forged,
    /// It was signed too long ago, or in the future.
    Stale,
}

/// Hears the provider, and passes on that there is news.
pub struct Webhooks {
    entry: &'static Entry,
    provider: Provider,
    secrets: Vec<String>,
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Webhooks {
    /// Whether the shop's provider has this name.
    #[must_use]
    pub fn is_from(&self, provider: &str) -> bool {
        self.entry.name == provider
    }

    /// What was posted, if it is the provider who says it.
    ///
    /// # Errors
    /// [`Unheard`].
    pub fn hear(&self, posted: &Posted, now: Timestamp) -> Result<Heard, Unheard> {
        (self.entry.hear)(&self.secrets, posted, now)
    }

    /// Which payment is meant, if it is one of the shop's. Where only the provider's own name for it is
    /// given, the provider is asked.
    ///
    /// # Errors
    /// [`ProviderError`]: the provider is to report again.
    pub async fn payment(&self, heard: Heard) -> Result<Option<PaymentId>, ProviderError> {
        match heard {
            Heard::Irrelevant => Ok(None),
            Heard::Of(payment) => Ok(Some(payment)),
            Heard::About(name) => self.provider.payment_of(&name).await,
        }
    }

    /// Has `payments-reconcile-payment` ask the provider about a payment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: the provider is to report again.
    pub async fn pass_on(&self, payment: PaymentId, stamp: &Stamp) -> Result<(), StoreError> {
        let report = PaymentReport {
            payment_id: payment,
        };
        let envelope = Envelope {
            id: EventId::new(stamp.now, stamp.entropy.as_ref()),
            occurred_at: stamp.now,
            aggregate: format!("payment/{payment}"),
            sequence: 0,
            traceparent: stamp.trace.clone(),
            event: Event::PaymentReported(report),
        };
        let json = envelope.to_json().map_err(StoreError::corrupt)?;
        self.sqs
            .send_message()
            .queue_url(&self.queue)
            .message_body(json)
            .send()
            .boxed()
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

impl Need for Webhooks {
    fn declare(declaration: &mut Declaration) {
        declare_asking(declaration);
        declaration.var(PAYMENTS_RECONCILE_PAYMENT.var);
        declaration.grant(Grant::send(&PAYMENTS_RECONCILE_PAYMENT));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            entry: chosen(wiring)?,
            provider: Provider::wire(wiring).await?,
            secrets: secret::read(wiring).await?.webhook_secrets,
            sqs: wiring.aws.sqs(),
            queue: wiring.env.get(PAYMENTS_RECONCILE_PAYMENT.var)?.to_owned(),
        })
    }
}

/// Whether a text was signed with one of the secrets: HMAC-SHA256 in hexadecimal, compared in constant
/// time. An empty secret signs nothing.
pub(super) fn is_signed(text: &[u8], signature: &str, secrets: &[String]) -> bool {
    let Ok(signature) = HEXLOWER_PERMISSIVE.decode(signature.as_bytes()) else {
        return false;
    };
    secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .any(|secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            hmac::verify(&key, text, &signature).is_ok()
        })
}
