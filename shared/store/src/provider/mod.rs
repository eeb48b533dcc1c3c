//! Payment providers: outside services that move money.
//!
//! A provider is a module beside this one that implements [`PaymentProvider`], and a line in
//! [`PROVIDERS`]. The rest of the shop neither knows nor asks which one it is.
//!
//! What costs nothing is charged without any of them.
//!
//! What every provider is relied on for:
//! - A charge is announced first, and has a name there before money can move: [`PaymentProvider::open`].
//! - Whatever is asked under one key is done once, however often it is asked.
//! - It can be asked at any time what became of a charge, and tells all it knows:
//!   [`PaymentProvider::look_up`].

mod free;
mod methods;
mod secret;
mod stripe;
mod test;
mod webhook;

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use domain::clock::Timestamp;
use domain::id::{OrderId, PaymentId, RefundId};
use domain::money::Money;
use domain::payment::{CaptureMethod, Payment, Report};
use domain::rule::Broken;
use domain::text::{PaymentMethod, ProviderRef, Reason};

use crate::breaker::{Breaker, Resting};
use crate::env::Var;
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::sign::PROVIDER_RESTS;

pub use methods::{CaptureDefault, PaymentMethods};
pub use secret::PROVIDER_SECRET;
pub use stripe::STRIPE_API_BASE;
pub use webhook::{Heard, Posted, Unheard, Webhooks};

/// Which provider charges.
pub const PAYMENT_PROVIDER: Var = Var::new(
    "PAYMENT_PROVIDER",
    "the payment provider, such as `stripe`; `test` moves no money",
);
/// When the money of payments is taken that do not say so.
pub const CAPTURE_METHOD: Var = Var::new(
    "CAPTURE_METHOD",
    "when money is taken: `automatic`, at once, or `manual`, when staff say so",
);

/// Every provider.
static PROVIDERS: &[Entry] = &[test::ENTRY, stripe::ENTRY];

/// What every provider is called.
#[must_use]
pub fn names() -> Vec<&'static str> {
    PROVIDERS.iter().map(|entry| entry.name).collect()
}

/// A provider, as far as it is known before it is called.
pub(crate) struct Entry {
    /// What [`PAYMENT_PROVIDER`] calls it.
    name: &'static str,
    /// Whether a token can be one of its payment methods.
    accepts: fn(&PaymentMethod) -> bool,
    /// Whether it can charge an amount.
    can_charge: fn(Money) -> Result<(), Broken>,
    /// Adds what it needs to be asked.
    asking: fn(&mut Declaration),
    /// Adds what it needs besides to be told to do something.
    telling: fn(&mut Declaration),
    /// Makes it.
    wire: fn(&Wiring) -> Wired<'_>,
    /// Reads what was posted in its name, given the secrets that it may be signed with.
    hear: fn(&[String], &Posted, Timestamp) -> Result<Heard, Unheard>,
}

/// A provider that is being made.
type Wired<'a> = BoxFuture<'a, Result<Box<dyn PaymentProvider>, StartError>>;

/// What is to be charged.
#[derive(Debug, Clone)]
pub struct NewCharge {
    /// The idempotency key: the same key never charges twice.
    pub key: String,
    /// For which order.
    pub order: OrderId,
    /// By which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// From what.
    pub method: PaymentMethod,
    /// Whether it is taken at once, or only set aside.
    pub capture_method: CaptureMethod,
}

impl NewCharge {
    /// The charge that a payment is.
    #[must_use]
    pub fn of(payment: &Payment) -> Self {
        Self {
            key: payment.provider_key(),
            order: payment.order,
            payment: payment.id,
            amount: payment.amount,
            method: payment.method.clone(),
            capture_method: payment.capture_method,
        }
    }
}

/// What is to be given back.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// The idempotency key.
    pub id: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Option<Reason>,
}

/// What a provider is asked, and its answer some time later.
pub(crate) type Asked<'a, T> = BoxFuture<'a, Result<T, ProviderError>>;

/// An outside service that moves money.
pub(crate) trait PaymentProvider: Send + Sync {
    /// What the provider will call a charge, where that is known before it is told of it.
    fn name_beforehand(&self, _charge: &NewCharge) -> Option<ProviderRef> {
        None
    }

    /// Announces a charge, and learns what the provider calls it. Moves no money.
    fn open<'a>(&'a self, charge: &'a NewCharge) -> Asked<'a, ProviderRef>;

    /// Charges what was announced.
    fn charge<'a>(&'a self, name: &'a ProviderRef, charge: &'a NewCharge) -> Asked<'a, Report>;

    /// All that the provider knows of a charge.
    fn look_up<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Report>;

    /// Takes so much of what is set aside.
    fn capture<'a>(
        &'a self,
        name: &'a ProviderRef,
        amount: Money,
        key: &'a str,
    ) -> Asked<'a, Report>;

    /// Lets go of all that is not taken, and keeps a charge that was only announced from ever being
    /// made.
    fn void<'a>(&'a self, name: &'a ProviderRef, key: &'a str) -> Asked<'a, Report>;

    /// Gives back.
    fn refund<'a>(&'a self, name: &'a ProviderRef, refund: &'a NewRefund) -> Asked<'a, Report>;

    /// Which payment a charge is, if it is one of the shop's.
    fn payment_of<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Option<PaymentId>>;
}

/// Why a provider gave no report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderError {
    /// It is down, and did nothing.
    Unavailable,
    /// It failed so often that it is left alone for a while. Nothing was asked of it.
    Resting {
        /// How long still.
        seconds: u32,
    },
    /// It did not answer in time: it may have acted or not.
    Silent,
    /// It will not do that, and did nothing.
    Refused(String),
}

/// How long announcing a charge and asking about one may take, retries included.
pub const SHORT: Duration = Duration::from_millis(1_500);
/// How long moving money may take. With what comes before and after it stays below the ten seconds
/// of a function.
pub const LONG: Duration = Duration::from_millis(5_000);
/// How often a provider that is down is called. Every call has its key, so that none acts twice.
const CALLS: u32 = 4;
/// The ceiling of the first pause; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The provider, called with patience but not for ever: calls that it did not take are repeated, each
/// has its limit of time, and after many failures in a row it is left alone for a while.
pub struct Provider {
    provider: Box<dyn PaymentProvider>,
    breaker: Breaker,
}

impl Provider {
    /// A payment that is about to start, with what the provider will call it where that is known: put down
    /// with its start, it need not be put down by itself.
    #[must_use]
    pub fn named(&self, payment: Payment) -> Payment {
        let reference = self.provider.name_beforehand(&NewCharge::of(&payment));
        Payment {
            reference,
            ..payment
        }
    }

    /// Announces a charge, and learns what the provider calls it. Moves no money.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn open(&self, charge: &NewCharge) -> Result<ProviderRef, ProviderError> {
        match free::name(charge) {
            Some(name) => name,
            None => self.ask(SHORT, || self.provider.open(charge)).await,
        }
    }

    /// Charges what was announced.
    ///
    /// # Errors
    /// [`ProviderError`]; after [`ProviderError::Silent`] it may be charged.
    pub async fn charge(
        &self,
        name: &ProviderRef,
        charge: &NewCharge,
    ) -> Result<Report, ProviderError> {
        match free::charged(charge) {
            Some(report) => Ok(report),
            None => self.ask(LONG, || self.provider.charge(name, charge)).await,
        }
    }

    /// All that the provider knows of a charge.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn look_up(&self, name: &ProviderRef) -> Result<Report, ProviderError> {
        match free::look_up(name) {
            Some(report) => Ok(report),
            None => self.ask(SHORT, || self.provider.look_up(name)).await,
        }
    }

    /// Takes so much of what is set aside; once, however often it is asked under this key.
    ///
    /// # Errors
    /// [`ProviderError`]; after [`ProviderError::Silent`] it may be taken.
    pub async fn capture(
        &self,
        name: &ProviderRef,
        amount: Money,
        key: &str,
    ) -> Result<Report, ProviderError> {
        let capture = || self.provider.capture(name, amount, key);
        self.ask(LONG, capture).await
    }

    /// Lets go of all that is not taken.
    ///
    /// # Errors
    /// [`ProviderError`]; after [`ProviderError::Silent`] it may be let go.
    pub async fn void(&self, name: &ProviderRef, key: &str) -> Result<Report, ProviderError> {
        match free::voided(name) {
            Some(report) => Ok(report),
            None => self.ask(LONG, || self.provider.void(name, key)).await,
        }
    }

    /// Gives back; once, however often it is asked for this refund.
    ///
    /// # Errors
    /// [`ProviderError`]; after [`ProviderError::Silent`] it may be given back.
    pub async fn refund(
        &self,
        name: &ProviderRef,
        refund: &NewRefund,
    ) -> Result<Report, ProviderError> {
        self.ask(LONG, || self.provider.refund(name, refund)).await
    }

    /// Which payment a charge is, if it is one of the shop's.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub(crate) async fn payment_of(
        &self,
        name: &ProviderRef,
    ) -> Result<Option<PaymentId>, ProviderError> {
        self.ask(SHORT, || self.provider.payment_of(name)).await
    }

    async fn ask<'a, T>(
        &self,
        limit: Duration,
        call: impl Fn() -> Asked<'a, T>,
    ) -> Result<T, ProviderError> {
        let deadline = Instant::now() + limit;
        let mut ceiling = FIRST_PAUSE;
        let mut calls = 1;
        loop {
            self.breaker.admit()?;
            let answered = tokio::time::timeout_at(deadline, call()).await;
            let outcome = answered.unwrap_or(Err(ProviderError::Silent));
            let failed = matches!(
                outcome,
                Err(ProviderError::Unavailable | ProviderError::Silent)
            );
            self.breaker.record(failed);
            let pause = ceiling.mul_f64(fastrand::f64());
            let again = calls < CALLS && Instant::now() + pause < deadline;
            match outcome {
                Err(ProviderError::Unavailable) if again => tokio::time::sleep(pause).await,
                outcome => return outcome,
            }
            calls += 1;
            ceiling *= 2;
        }
    }
}

impl Need for Provider {
    fn declare(declaration: &mut Declaration) {
        declare_asking(declaration);
        declaration.sign(&PROVIDER_RESTS);
        for entry in PROVIDERS {
            (entry.telling)(declaration);
        }
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let provider = (chosen(wiring)?.wire)(wiring).await?;
        Ok(Self {
            provider,
            breaker: Breaker::new(&PROVIDER_RESTS),
        })
    }
}

/// What every provider needs to be asked something.
fn declare_asking(declaration: &mut Declaration) {
    declaration.var(PAYMENT_PROVIDER);
    secret::declare(declaration);
    for entry in PROVIDERS {
        (entry.asking)(declaration);
    }
}

/// The provider that the shop is set up with.
fn chosen(wiring: &Wiring) -> Result<&'static Entry, StartError> {
    let name = wiring.env.get(PAYMENT_PROVIDER)?;
    PROVIDERS
        .iter()
        .find(|entry| entry.name == name)
        .ok_or_else(|| {
            let why = format!("{name:?} is no provider; known are {}", names().join(", "));
            StartError::Unusable(PAYMENT_PROVIDER, why)
        })
}

impl From<Resting> for ProviderError {
    fn from(Resting { seconds }: Resting) -> Self {
        Self::Resting { seconds }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("the payment provider is down"),
            Self::Resting { seconds } => {
                write!(f, "the payment provider is left alone for {seconds} s")
            }
            Self::Silent => f.write_str("the payment provider did not answer in time"),
            Self::Refused(why) => write!(f, "the payment provider refuses: {why}"),
        }
    }
}

impl std::error::Error for ProviderError {}
