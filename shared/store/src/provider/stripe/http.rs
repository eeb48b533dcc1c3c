//! One request to Stripe: a form out, JSON back.

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use domain::payment::Decline;

use super::ProviderError;

/// The version of the API that the adapter speaks.
const API_VERSION: &str = "2024-06-20";
/// The longest reply that is read, in bytes.
const MOST_REPLY_BYTES: usize = 1024 * 1024;

pub(super) struct Http {
    base: String,
    bearer: String,
    connector: SharedHttpConnector,
}

pub(super) enum Method<'a> {
    Get,
    /// Under an idempotency key.
    Post(&'a str),
}

/// Why Stripe did not do as it was asked.
pub(super) enum Failed {
    /// What any provider might say.
    Provider(ProviderError),
    /// The card's bank said no.
    Card(StripeError),
    /// The request is one that cannot be followed.
    Invalid(StripeError),
}

impl Failed {
    pub(super) fn refused(self) -> ProviderError {
        match self {
            Self::Provider(error) => error,
            Self::Card(error) | Self::Invalid(error) => {
                ProviderError::Refused(error.code().to_owned())
            }
        }
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct StripeError {
    #[serde(default, rename = "type")]
    kind: String,
    code: Option<String>,
    decline_code: Option<String>,
}

#[derive(Deserialize)]
struct ErrorReply {
    error: StripeError,
}

impl StripeError {
    pub(super) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or(&self.kind)
    }

    /// Whether what was asked does not fit where the payment stands.
    pub(super) fn is_about_state(&self) -> bool {
        self.code() == "payment_intent_unexpected_state"
    }

    pub(super) fn decline(&self) -> Decline {
        let codes = [self.decline_code.as_deref(), self.code.as_deref()];
        for code in codes.into_iter().flatten() {
            match code {
                "insufficient_funds" => return Decline::InsufficientFunds,
                "authentication_required"
                | "authentication_not_handled"
                | "payment_intent_authentication_failure" => return Decline::AuthenticationFailed,
                _ => {}
            }
        }
        match self.kind.as_str() {
            "card_error" => Decline::CardDeclined,
            _ => Decline::Other,
        }
    }
}

impl Http {
    pub(super) fn new(base: &str, key: &str, connector: SharedHttpConnector) -> Self {
        Self {
            base: base.to_owned(),
            bearer: format!("Bearer {key}"),
            connector,
        }
    }

    pub(super) async fn send<T: DeserializeOwned>(
        &self,
        method: Method<'_>,
        path: &str,
        form: &[(&str, String)],
    ) -> Result<T, Failed> {
        let request = self.request(&method, path, form).map_err(|error| {
            tracing::error!(%error, "a request to Stripe cannot be written");
            Failed::Provider(ProviderError::Unavailable)
        })?;
        let sent = self.connector.call(request).await;
        let response = sent.map_err(|error| {
            // Whether it arrived cannot be told.
            tracing::warn!(%error, "Stripe cannot be reached");
            Failed::Provider(ProviderError::Silent)
        })?;
        let status = response.status().as_u16();
        let body = read(response).await.map_err(Failed::Provider)?;
        if (200..300).contains(&status) {
            return serde_json::from_slice(&body).map_err(|error| {
                tracing::error!(%error, "Stripe's reply cannot be read");
                Failed::Provider(ProviderError::Silent)
            });
        }
        let told = serde_json::from_slice::<ErrorReply>(&body);
        Err(failed(
            status,
            told.map(|reply| reply.error).unwrap_or_default(),
        ))
    }

    fn request(
        &self,
        method: &Method<'_>,
        path: &str,
        form: &[(&str, String)],
    ) -> Result<HttpRequest, aws_smithy_runtime_api::http::HttpError> {
        let pairs = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let base = &self.base;
        let mut request = match method {
            Method::Get => HttpRequest::get(format!("{base}{path}?{pairs}"))?,
            Method::Post(key) => {
                let mut request = HttpRequest::new(SdkBody::from(pairs));
                request.set_method("POST")?;
                request.set_uri(format!("{base}{path}"))?;
                let headers = request.headers_mut();
                headers.insert("content-type", "application/x-www-form-urlencoded");
                headers.try_insert("idempotency-key", (*key).to_owned())?;
                request
            }
        };
        let headers = request.headers_mut();
        headers.try_insert("authorization", self.bearer.clone())?;
        headers.insert("stripe-version", API_VERSION);
        headers.insert("user-agent", concat!("Souk/", env!("CARGO_PKG_VERSION")));
        Ok(request)
    }
}

fn failed(status: u16, error: StripeError) -> Failed {
    match status {
        402 => Failed::Card(error),
        // Another request under the same key is under way, or there are too many at once.
        409 | 429 => Failed::Provider(ProviderError::Unavailable),
        401 | 403 => {
            tracing::error!(status, code = error.code(), "Stripe does not take our key");
            Failed::Provider(ProviderError::Unavailable)
        }
        400..500 => Failed::Invalid(error),
        _ => Failed::Provider(ProviderError::Silent),
    }
}

async fn read(response: HttpResponse) -> Result<Vec<u8>, ProviderError> {
    let mut stream = ByteStream::new(response.into_body());
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::warn!(%error, "Stripe's reply broke off");
            ProviderError::Silent
        })?;
        if body.len() + chunk.len() > MOST_REPLY_BYTES {
            return Err(ProviderError::Silent);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
