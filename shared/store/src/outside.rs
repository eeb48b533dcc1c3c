//! The way to services that are not AWS's: HTTPS with the machine's own root certificates, which are
//! only loaded where such a service is called.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};

use crate::env::Var;
use crate::need::StartError;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_000);

/// The way out.
#[derive(Debug, Clone, Default)]
pub enum Outside {
    /// Over the internet.
    #[default]
    Internet,
    /// To whatever stands in for it.
    Given(SharedHttpConnector),
}

impl Outside {
    /// What requests are sent through, for the service that `var` names.
    ///
    /// # Errors
    /// If the machine's root certificates cannot be used.
    pub(crate) fn connector(&self, var: Var) -> Result<SharedHttpConnector, StartError> {
        if let Self::Given(connector) = self {
            return Ok(connector.clone());
        }
        let tls = TlsContext::builder()
            .with_trust_store(TrustStore::empty().with_native_roots(true))
            .build()
            .map_err(|error| StartError::Unusable(var, error.to_string()))?;
        let settings = HttpConnectorSettings::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .build();
        let connector = Connector::builder()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls)
            .connector_settings(settings)
            .sleep_impl(TokioSleep::new())
            .build();
        Ok(SharedHttpConnector::new(connector))
    }
}
