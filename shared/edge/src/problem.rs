//! Errors on the wire: one catalogue of codes, and what a handler fails with.

use std::error::Error;
use std::fmt;

use domain::payment::PaymentError;
use domain::rule::Fault;
use serde_json::{Value, json};

use store::StoreError;
use store::error::Unique;

macro_rules! catalogue {
    ($($code:ident, $name:literal, $status:literal, $retryable:literal, $title:literal;)*) => {
        /// A stable word for what went wrong.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $code,)* }

        impl Code {
            /// Every code.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// The word.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// The HTTP status it comes with.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$code => $status,)* }
            }

            /// Whether the same request may succeed later.
            #[must_use]
            pub const fn is_retryable(self) -> bool {
                match self { $(Self::$code => $retryable,)* }
            }

            /// A sentence for people.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$code => $title,)* }
            }
        }
    };
}

catalogue! {
    InvalidRequest, "invalid_request", 400, false, "The request cannot be understood.";
    InvalidSignature, "invalid_signature", 400, false, "The signature is not the provider's, or too old.";
    Unauthenticated, "unauthenticated", 401, false, "A valid bearer token is needed.";
    InvalidRefreshToken, "invalid_refresh_token", 401, false, "The session has ended; sign in again.";
    InvalidCredentials, "invalid_credentials", 401, false, "Email or password is wrong.";
    Forbidden, "forbidden", 403, false, "This account may not do that.";
    CrossSite, "cross_site", 403, false, "A request with a cookie must come from the shop's own pages.";
    NotFound, "not_found", 404, false, "There is nothing here.";
    TokenSpent, "token_spent", 404, false, "This token is unknown, used or expired.";
    MethodNotAllowed, "method_not_allowed", 405, false, "The method is not allowed here.";
    NotAcceptable, "not_acceptable", 406, false, "None of the media types in Accept can be sent.";
    EmailTaken, "email_taken", 409, false, "An account with this email exists.";
    SlugTaken, "slug_taken", 409, false, "A product or category with this slug exists.";
    SkuTaken, "sku_taken", 409, false, "A product with this SKU exists.";
    CouponCodeTaken, "coupon_code_taken", 409, false, "A promotion with this code exists.";
    CouponUsedUp, "coupon_used_up", 409, false, "The coupon was used as often as it may be.";
    LimitReached, "limit_reached", 409, false, "The shop has as many of these as it may have.";
    CartChanged, "cart_changed", 409, false, "Prices of the cart have changed, or something is not sold any more.";
    OutOfStock, "out_of_stock", 409, false, "There is not enough stock.";
    InvalidState, "invalid_state", 409, false, "The present state does not allow that.";
    OrderAlreadyPaid, "order_already_paid", 409, false, "The order is paid, or a payment is under way.";
    PatchFailed, "patch_failed", 409, false, "The patch does not fit the object as it stands.";
    IdempotencyInFlight, "idempotency_in_flight", 409, true, "The first request with this key is still under way.";
    Conflict, "conflict", 409, true, "The object keeps changing; try again.";
    PreconditionFailed, "precondition_failed", 412, false, "The object is not at the version named by If-Match.";
    PayloadTooLarge, "payload_too_large", 413, false, "The body is too large.";
    UnsupportedMediaType, "unsupported_media_type", 415, false, "The body must be application/json.";
    ValidationFailed, "validation_failed", 422, false, "The request breaks a rule.";
    IdempotencyKeyReused, "idempotency_key_reused", 422, false, "This idempotency key belongs to another request.";
    PaymentDeclined, "payment_declined", 422, false, "The payment was declined.";
    StockBelowZero, "stock_below_zero", 422, false, "The adjustment would take more than there is.";
    PreconditionRequired, "precondition_required", 428, false, "If-Match with the object's ETag is needed.";
    RateLimited, "rate_limited", 429, true, "Too many requests; try again later.";
    TooManyAttempts, "too_many_attempts", 429, true, "Too many attempts for this account; try again later.";
    Internal, "internal", 500, true, "Something went wrong on our side.";
    Unavailable, "unavailable", 503, true, "A service we depend on does not answer; try again.";
}

/// Why a request or a message was not carried out.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong.
    pub code: Code,
    /// One line per fault; a line begins with the field's name where it has one.
    pub errors: Vec<String>,
    /// Data about the faults.
    pub details: Vec<Value>,
    /// Seconds after which to try again.
    pub retry_after_s: Option<u32>,
    /// The methods that a path does answer.
    pub allow: Option<String>,
    /// What is behind it: logged, never shown.
    pub source: Option<Box<dyn Error + Send + Sync>>,
    /// What the store said, where the edge itself acts on it.
    pub(crate) cause: Cause,
}

/// Failures that the edge answers in its own way.
#[derive(Debug)]
pub(crate) enum Cause {
    /// None of these.
    Plain,
    /// The object changed meanwhile: run the handler again.
    Stale,
    /// The request was carried out before: rebuild its reply.
    Repeated(Box<store::once::Receipt>),
}

impl Failure {
    /// A failure without particulars.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            errors: Vec::new(),
            details: Vec::new(),
            retry_after_s: None,
            allow: None,
            source: None,
            cause: Cause::Plain,
        }
    }

    /// A broken rule of one field.
    #[must_use]
    pub fn rule(field: &str, rule: impl fmt::Display) -> Self {
        Self::new(Code::ValidationFailed).error(format!("{field}: {rule}"))
    }

    /// Every rule that is broken.
    #[must_use]
    pub fn rules(faults: impl IntoIterator<Item = Fault>) -> Self {
        faults
            .into_iter()
            .fold(Self::new(Code::ValidationFailed), |failure, fault| {
                failure.error(fault.to_string())
            })
    }

    /// The same failure with one more line.
    #[must_use]
    pub fn error(mut self, line: impl Into<String>) -> Self {
        self.errors.push(line.into());
        self
    }

    /// The same failure with one more piece of data.
    #[must_use]
    pub fn detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    /// The same failure with advice when to try again.
    #[must_use]
    pub fn retry_after_s(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The same failure with the methods that the path does answer.
    #[must_use]
    pub fn allow(mut self, methods: impl Into<String>) -> Self {
        self.allow = Some(methods.into());
        self
    }

    /// The same failure with what is behind it.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Something that cannot happen, did.
    #[must_use]
    pub fn internal(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal).because(source)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new(Code::NotFound),
            StoreError::Stale => Self {
                cause: Cause::Stale,
                ..Self::new(Code::Conflict).retry_after_s(1)
            },
            StoreError::Taken(Unique::Email) => {
                Self::new(Code::EmailTaken).error("email: is taken")
            }
            StoreError::Taken(Unique::Slug) => Self::new(Code::SlugTaken).error("slug: is taken"),
            StoreError::Taken(Unique::Sku(sku)) => Self::new(Code::SkuTaken)
                .error(format!("variants: the SKU {sku} is taken"))
                .detail(json!({ "sku": sku })),
            StoreError::Taken(Unique::CouponCode) => {
                Self::new(Code::CouponCodeTaken).error("code: is taken")
            }
            StoreError::UsedUp => Self::new(Code::CouponUsedUp)
                .error("couponCode: was used as often as it may be"),
            StoreError::Full(full) => Self::new(Code::LimitReached).error(full.to_string()),
            StoreError::Taken(Unique::LivePayment) => Self::new(Code::OrderAlreadyPaid),
            StoreError::Short(shortages) => {
                shortages
                    .into_iter()
                    .fold(Self::new(Code::OutOfStock), |failure, short| {
                        failure
                            .error(format!(
                                "items: {} of {} wanted, {} available",
                                short.requested, short.sku, short.available
                            ))
                            .detail(json!({
                                "sku": short.sku,
                                "requested": short.requested,
                                "available": short.available,
                            }))
                    })
            }
            sold @ StoreError::Sold => Self::new(Code::InvalidState).because(sold),
            occupied @ StoreError::Occupied => Self::new(Code::InvalidState).because(occupied),
            StoreError::Repeated(receipt) => Self {
                cause: Cause::Repeated(Box::new(receipt)),
                ..Self::new(Code::Conflict)
            },
            StoreError::KeyReused => Self::new(Code::IdempotencyKeyReused)
                .error("Idempotency-Key: was used for another request"),
            StoreError::Overgrown => Self::new(Code::ValidationFailed).error(
                "the order would be too large to be kept, with all that is said of its lines",
            ),
            StoreError::TooLarge => Self::new(Code::InvalidRequest).error(
                "pageSize: so many of these items are too large for one answer; ask for fewer, or go on with cursor and limit",
            ),
            StoreError::Contended(source) | StoreError::Unavailable(source) => Self::new(Code::Unavailable)
                .retry_after_s(1)
                .because(source),
            corrupt @ StoreError::Corrupt(_) => Self::internal(corrupt),
        }
    }
}

impl From<PaymentError> for Failure {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Amount { left } => {
                Self::rule("amount", error).detail(json!({ "left": left }))
            }
            PaymentError::InvalidState { from, command } => Self::new(Code::InvalidState)
                .error(format!("status: {error}"))
                .detail(json!({ "from": from, "allowed": command.states() })),
            PaymentError::TooManyRefunds => {
                Self::new(Code::InvalidState).error(format!("refunds: {error}"))
            }
            PaymentError::UnderWay => Self::new(Code::Conflict)
                .error(format!("status: {error}"))
                .retry_after_s(2),
            other => Self::internal(other),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.name())?;
        for line in &self.errors {
            write!(f, "; {line}")?;
        }
        Ok(())
    }
}
