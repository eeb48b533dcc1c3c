//! The way to services that are not AWS's: HTTPS with the machine's own root certificates, which are
//! only loaded where such a service is called.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::env::Var;
use crate::need::StartError;
use crate::wire::{Trusted, Wire};

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
        let wire = Trusted::of_this_machine()
            .and_then(|trusted| Wire::new(trusted, CONNECT_TIMEOUT))
            .map_err(|error| StartError::Unusable(var, error.to_string()))?;
        Ok(SharedHttpConnector::new(wire))
    }
}
