//! The way in for functions of this process: a connector beneath a real AWS SDK client.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use super::access::{self, Gate};
use super::call::{Call, Service};
use super::cloud::Cloud;
use super::faults::{self, At, Fault};
use super::reply::{Reply, error};
use crate::life::Life;

/// An HTTP client for the AWS SDK whose far end is the [`Cloud`] in this process. It belongs to one
/// function: permissions, faults and capacity units count as that function's.
#[derive(Clone)]
pub struct Connector {
    pub(super) cloud: Arc<Cloud>,
    pub(super) function: Arc<str>,
    pub(super) gate: Arc<dyn Gate>,
}

impl Cloud {
    /// A connector for one function, whose every call `gate` must allow.
    pub fn connector(self: &Arc<Self>, function: &str, gate: Arc<dyn Gate>) -> Connector {
        Connector {
            cloud: self.clone(),
            function: function.into(),
            gate,
        }
    }
}

impl Connector {
    async fn exchange(&self, call: Call) -> Result<Reply, ConnectorError> {
        // A call over a network always waits. Without that, requests made at once would be carried
        // out one after the other, and no two would ever race.
        tokio::task::yield_now().await;
        let needed = access::needed(&call, &self.cloud.place, &self.cloud.dynamo);
        let on = access::names(&needed);
        let admitted = self
            .cloud
            .admit_all(self.gate.as_ref(), &self.function, needed);
        if let Err(refused) = admitted {
            let message = format!(
                "User: {} is not authorized to perform: {} on resource: {}",
                self.cloud.place.principal(&self.function),
                refused.action,
                refused.resource,
            );
            let status = if call.service == Service::Ses {
                403
            } else {
                400
            };
            return Ok(error(
                call.service,
                status,
                "AccessDeniedException",
                &message,
            ));
        }
        let decides = self.cloud.faults();
        let at = At {
            function: &self.function,
            operation: &call.operation,
            on: &on,
            body: &call.body,
            nth: Life::count_call(),
        };
        let fault = decides.befalls(&at);
        let body = if call.operation == "TransactWriteItems" {
            self.cloud.tokens.sent_on(&call.body, fault != Fault::None)
        } else {
            call.body.clone()
        };
        let body = decides.sent(&at, fault, body);
        let call = Call { body, ..call };
        match fault {
            Fault::None => Ok(self.perform(&call).await),
            Fault::Conflict => match faults::conflict(&call) {
                Some(conflict) => Ok(conflict),
                None => Ok(self.perform(&call).await),
            },
            Fault::Throttled => Ok(faults::throttled(call.service)),
            Fault::InternalError => Ok(faults::internal(call.service)),
            Fault::Drop => Err(unsent()),
            Fault::LoseReply => {
                self.perform(&call).await;
                Err(unheard())
            }
            Fault::Slow(late) => {
                tokio::time::sleep(late).await;
                Ok(self.perform(&call).await)
            }
            Fault::SlowReply(late) => {
                let reply = self.perform(&call).await;
                tokio::time::sleep(late).await;
                Ok(reply)
            }
            Fault::DieBefore => {
                Life::end().await;
                Err(unsent())
            }
            Fault::DieAfter => {
                self.perform(&call).await;
                Life::end().await;
                Err(unheard())
            }
        }
    }

    async fn perform(&self, call: &Call) -> Reply {
        self.cloud.perform(&self.function, call).await
    }
}

fn unsent() -> ConnectorError {
    broken("the connection broke before the request arrived")
}

fn unheard() -> ConnectorError {
    broken("the connection broke before the reply arrived")
}

fn broken(how: &'static str) -> ConnectorError {
    ConnectorError::io(how.into())
}

fn call_of(request: &HttpRequest) -> Option<Call> {
    let uri: http::Uri = request.uri().parse().ok()?;
    Call::read(
        request.method(),
        uri.path(),
        request.headers().get("x-amz-target"),
        Bytes::copy_from_slice(request.body().bytes()?),
    )
}

fn sdk_response(reply: Reply) -> Result<HttpResponse, ConnectorError> {
    let (parts, body) = reply.into_parts();
    let status = StatusCode::try_from(parts.status.as_u16())
        .map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    for (name, value) in &parts.headers {
        if let Ok(value) = value.to_str() {
            response
                .headers_mut()
                .insert(name.as_str().to_owned(), value.to_owned());
        }
    }
    Ok(response)
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(call) = call_of(&request) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(
                format!(
                    "no service here answers {} {}",
                    request.method(),
                    request.uri()
                )
                .into(),
            )));
        };
        let connector = self.clone();
        HttpConnectorFuture::new(async move { sdk_response(connector.exchange(call).await?) })
    }
}

impl HttpClient for Connector {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("function", &self.function)
            .finish_non_exhaustive()
    }
}
