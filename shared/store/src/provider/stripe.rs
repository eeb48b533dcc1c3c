//! Stripe, over its public HTTP API (<https://docs.stripe.com/api>).
//!
//! A payment is one PaymentIntent: created with its payment method and not confirmed, which moves no
//! money and gives it its name; then confirmed, and captured, cancelled or refunded. Each request that
//! changes something carries an idempotency key of its own.

mod amounts;
mod http;
mod objects;
mod webhook;

use std::net::{IpAddr, SocketAddr};

use domain::id::PaymentId;
use domain::money::Money;
use domain::payment::{CaptureMethod, Decline, Report, Standing};
use domain::text::{PaymentMethod, ProviderRef};

use self::http::{Failed, Http, Method};
use self::objects::{Intent, List, StripeDispute, StripeRefund};
use super::{
    Asked, Entry, NewCharge, NewRefund, PROVIDER_SECRET, PaymentProvider, ProviderError, secret,
};
use crate::env::Var;
use crate::need::StartError;
use crate::shop::STOREFRONT_URL;

/// Where Stripe answers.
pub const STRIPE_API_BASE: Var = Var::new(
    "STRIPE_API_BASE",
    "the URL that Stripe answers at, without a slash at its end; plain http only to this machine itself",
);

pub(super) const ENTRY: Entry = Entry {
    name: "stripe",
    accepts: is_method,
    can_charge: amounts::can_charge,
    asking: |declaration| {
        declaration.var(STRIPE_API_BASE);
        declaration.var(STOREFRONT_URL);
    },
    telling: |_| {},
    wire: |wiring| {
        Box::pin(async {
            let secret = secret::read(wiring).await?;
            if secret.secret_key.is_empty() {
                let why = "the secret has no `secretKey` to call Stripe with".to_owned();
                return Err(StartError::Unusable(PROVIDER_SECRET, why));
            }
            let base = base(wiring.env.get(STRIPE_API_BASE)?)?;
            let connector = wiring.outside.connector(STRIPE_API_BASE)?;
            let storefront = wiring.env.get(STOREFRONT_URL)?.trim_end_matches('/');
            Ok(Box::new(Stripe {
                http: Http::new(base, &secret.secret_key, connector),
                storefront: storefront.to_owned(),
            }) as Box<dyn PaymentProvider>)
        })
    },
    hear: webhook::hear,
};

/// The URL that Stripe answers at. What is sent there holds a key, and never leaves the machine in the
/// clear.
fn base(given: &str) -> Result<&str, StartError> {
    let base = given.trim_end_matches('/');
    let is_safe = match base.split_once("://") {
        Some(("https", _)) => true,
        // By its address: who knows where a name leads.
        Some(("http", rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let address = authority.parse::<SocketAddr>().map(|it| it.ip());
            let address = address.or_else(|_| authority.parse::<IpAddr>());
            address.is_ok_and(|address| address.is_loopback())
        }
        _ => false,
    };
    if is_safe {
        return Ok(base);
    }
    let why = format!("{given:?} is neither https nor http to an address of this machine's own");
    Err(StartError::Unusable(STRIPE_API_BASE, why))
}

/// How many refunds of one payment are asked for: as many as a payment may have.
const MOST_REFUNDS: &str = "100";

struct Stripe {
    http: Http,
    storefront: String,
}

/// Whether a token can be a payment method of Stripe's: `pm_` and letters, digits or underscores. The
/// test provider's own are not.
fn is_method(method: &PaymentMethod) -> bool {
    let text = method.as_str();
    text.len() > "pm_".len() && text.starts_with("pm_") && !text.starts_with("pm_test_")
}

type Form = Vec<(&'static str, String)>;

impl Stripe {
    async fn opened(&self, charge: &NewCharge) -> Result<ProviderRef, ProviderError> {
        let NewCharge {
            key,
            order,
            payment,
            amount,
            method,
            capture_method,
        } = charge;
        let minor = amounts::to_stripe(*amount)
            .map_err(|broken| ProviderError::Refused(broken.to_string()))?;
        let capture_method = match capture_method {
            CaptureMethod::Automatic => "automatic",
            CaptureMethod::Manual => "manual",
        };
        let form = vec![
            ("amount", minor.to_string()),
            ("currency", amount.currency().code().to_ascii_lowercase()),
            ("payment_method", method.to_string()),
            ("capture_method", capture_method.to_owned()),
            ("automatic_payment_methods[enabled]", "true".to_owned()),
            ("metadata[orderId]", order.to_string()),
            ("metadata[paymentId]", payment.to_string()),
        ];
        let path = "/v1/payment_intents";
        let sent = self.http.send(Method::Post(key), path, &form).await;
        let intent: Intent = sent.map_err(Failed::refused)?;
        ProviderRef::parse(&intent.id).map_err(|_| ProviderError::Silent)
    }

    async fn charged(
        &self,
        name: &ProviderRef,
        charge: &NewCharge,
    ) -> Result<Report, ProviderError> {
        let payment = charge.payment;
        let form = vec![
            (
                "return_url",
                format!("{}/payment-return?payment={payment}", self.storefront),
            ),
            expand(),
        ];
        let key = format!("{}-charge", charge.key);
        match self.change(name, "confirm", &key, &form).await {
            Ok(intent) => intent.report(),
            Err(Failed::Provider(error)) => Err(error),
            Err(Failed::Card(error)) => Ok(Standing::Declined(error.decline()).into()),
            // It was confirmed before, or can no longer be: whichever, it knows where it stands.
            Err(Failed::Invalid(error)) if error.is_about_state() => self.looked_up(name).await,
            Err(Failed::Invalid(error)) => {
                tracing::warn!(code = error.code(), "Stripe refuses a charge");
                Ok(Standing::Declined(Decline::Other).into())
            }
        }
    }

    async fn looked_up(&self, name: &ProviderRef) -> Result<Report, ProviderError> {
        let intent = self.intent(name).await?;
        let mut report = intent.report()?;
        if intent.has_taken() {
            let form = vec![
                ("payment_intent", name.to_string()),
                ("limit", MOST_REFUNDS.to_owned()),
            ];
            let sent = self.http.send(Method::Get, "/v1/refunds", &form).await;
            let refunds: List<StripeRefund> = sent.map_err(Failed::refused)?;
            let refunds = intent.given_back(&refunds.data);
            report.refunds = refunds
                .map(StripeRefund::report)
                .collect::<Result<_, _>>()?;
        }
        if intent.is_disputed() {
            let form = vec![
                ("payment_intent", name.to_string()),
                ("limit", "1".to_owned()),
            ];
            let sent = self.http.send(Method::Get, "/v1/disputes", &form).await;
            let disputes: List<StripeDispute> = sent.map_err(Failed::refused)?;
            let dispute = disputes.data.first().map(StripeDispute::told);
            report.dispute = dispute.transpose()?;
        }
        Ok(report)
    }

    async fn intent(&self, name: &ProviderRef) -> Result<Intent, ProviderError> {
        let path = format!("/v1/payment_intents/{name}");
        let sent = self.http.send(Method::Get, &path, &[expand()]).await;
        sent.map_err(Failed::refused)
    }

    async fn change(
        &self,
        name: &ProviderRef,
        verb: &str,
        key: &str,
        form: &Form,
    ) -> Result<Intent, Failed> {
        let path = format!("/v1/payment_intents/{name}/{verb}");
        self.http.send(Method::Post(key), &path, form).await
    }

    /// A change of what is set aside. Where its state does not allow it, what it is says why.
    async fn moved(
        &self,
        name: &ProviderRef,
        verb: &str,
        key: &str,
        form: &Form,
    ) -> Result<Report, ProviderError> {
        match self.change(name, verb, key, form).await {
            Ok(intent) => intent.report(),
            Err(Failed::Invalid(error)) if error.is_about_state() => self.looked_up(name).await,
            Err(failed) => Err(failed.refused()),
        }
    }

    async fn refunded(
        &self,
        name: &ProviderRef,
        refund: &NewRefund,
    ) -> Result<Report, ProviderError> {
        let NewRefund {
            id,
            payment,
            amount,
            reason,
        } = refund;
        let minor = amounts::to_stripe(*amount)
            .map_err(|broken| ProviderError::Refused(broken.to_string()))?;
        let mut form = vec![
            ("payment_intent", name.to_string()),
            ("amount", minor.to_string()),
            ("metadata[refundId]", id.to_string()),
            ("metadata[paymentId]", payment.to_string()),
        ];
        if let Some(reason) = reason {
            form.push(("metadata[reason]", reason.to_string()));
        }
        let key = id.to_string();
        let sent = self.http.send(Method::Post(&key), "/v1/refunds", &form);
        let made: StripeRefund = sent.await.map_err(Failed::refused)?;
        Ok(Report {
            refunds: vec![made.report()?],
            // It tells of itself alone.
            ..Standing::Idle.into()
        })
    }
}

impl PaymentProvider for Stripe {
    fn open<'a>(&'a self, charge: &'a NewCharge) -> Asked<'a, ProviderRef> {
        Box::pin(self.opened(charge))
    }

    fn charge<'a>(&'a self, name: &'a ProviderRef, charge: &'a NewCharge) -> Asked<'a, Report> {
        Box::pin(self.charged(name, charge))
    }

    fn look_up<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Report> {
        Box::pin(self.looked_up(name))
    }

    fn capture<'a>(
        &'a self,
        name: &'a ProviderRef,
        amount: Money,
        key: &'a str,
    ) -> Asked<'a, Report> {
        Box::pin(async move {
            let minor = amounts::to_stripe(amount)
                .map_err(|broken| ProviderError::Refused(broken.to_string()))?;
            let form = vec![("amount_to_capture", minor.to_string()), expand()];
            self.moved(name, "capture", key, &form).await
        })
    }

    fn void<'a>(&'a self, name: &'a ProviderRef, key: &'a str) -> Asked<'a, Report> {
        Box::pin(async move { self.moved(name, "cancel", key, &vec![expand()]).await })
    }

    fn refund<'a>(&'a self, name: &'a ProviderRef, refund: &'a NewRefund) -> Asked<'a, Report> {
        Box::pin(self.refunded(name, refund))
    }

    fn payment_of<'a>(&'a self, name: &'a ProviderRef) -> Asked<'a, Option<PaymentId>> {
        Box::pin(async { Ok(self.intent(name).await?.payment()) })
    }
}

/// Has a reply tell of the charge behind it.
fn expand() -> (&'static str, String) {
    ("expand[]", "latest_charge".to_owned())
}

#[cfg(test)]
mod tests {
    use super::base;

    #[test]
    fn stripe_is_called_over_https_or_on_this_machine() {
        for good in [
            "https://api.stripe.com",
            "https://stripe.example.com:8443/",
            "http://127.0.0.1:8420",
            "http://127.0.0.1",
            "http://[::1]:8420/stripe",
        ] {
            assert_eq!(base(good).ok(), Some(good.trim_end_matches('/')));
        }
        for bad in [
            "http://api.stripe.com",
            "http://localhost:8420",
            "http://10.0.0.1:8420",
            "http://127.0.0.1@example.com",
            "http://127.0.0.1.example.com",
            "http://",
            "ftp://127.0.0.1",
            "api.stripe.com",
            "",
        ] {
            assert!(base(bad).is_err(), "{bad}");
        }
    }
}
