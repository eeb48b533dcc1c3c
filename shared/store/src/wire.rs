//! HTTP/1.1 with TLS to whatever is outside of this process. Every service that the shop calls speaks it, and
//! DynamoDB nothing newer: no other version is linked, which a function would pay for when it starts.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::ErrorKind;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{
    CaptureConnection, HttpConnector as Tcp, capture_connection,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tower_service::Service;

type Boxed = Box<dyn Error + Send + Sync>;

/// Whose certificates are trusted.
#[derive(Debug)]
pub(crate) struct Trusted(RootCertStore);

impl Trusted {
    /// Nobody's yet.
    pub(crate) fn nobody() -> Self {
        Self(RootCertStore::empty())
    }

    /// Also that of a certificate in DER.
    pub(crate) fn add(&mut self, der: &'static [u8]) -> Result<(), Boxed> {
        Ok(self.0.add(CertificateDer::from(der))?)
    }

    /// Also those in `pem`, which must be some.
    pub(crate) fn add_pem(&mut self, pem: &[u8]) -> Result<(), Boxed> {
        let mut is_empty = true;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            self.0.add(certificate?)?;
            is_empty = false;
        }
        match is_empty {
            true => Err("it has no certificate".into()),
            false => Ok(()),
        }
    }

    /// Those that this machine trusts.
    pub(crate) fn of_this_machine() -> Result<Self, Boxed> {
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        let (read, _unreadable) = roots.add_parsable_certificates(found.certs);
        match found.errors.into_iter().next() {
            Some(error) if read == 0 => Err(error.into()),
            _ if read == 0 => Err("this machine has no root certificates".into()),
            _ => Ok(Self(roots)),
        }
    }
}

/// A client that keeps its connections for the next request.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    client: legacy::Client<Connecting, SdkBody>,
}

impl Wire {
    /// Connections may take `limit`, handshake included.
    pub(crate) fn new(trusted: Trusted, limit: Duration) -> Result<Self, Boxed> {
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(ring)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trusted.0)
            .with_no_client_auth();
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(Connecting { https, limit });
        Ok(Self { client })
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        // Whoever tries again after a failure does not want the same connection.
        let connection = capture_connection(&mut request);
        if let Some(captured) = request.extensions().get::<CaptureSmithyConnection>() {
            captured.set_connection_retriever(move || known(&connection));
        }
        let answer = self.client.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(sorted)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// What is known about a connection once there is one.
fn known(captured: &CaptureConnection) -> Option<ConnectionMetadata> {
    captured.connection_metadata().as_ref()?;
    let captured = captured.clone();
    let metadata = ConnectionMetadata::builder()
        .proxied(false)
        .poison_fn(move || {
            if let Some(connected) = captured.connection_metadata().as_ref() {
                connected.poison();
            }
        })
        .build();
    Some(metadata)
}

/// Tells what may be tried again from what may not.
fn sorted(error: legacy::Error) -> ConnectorError {
    if cause::<TookTooLong>(&error).is_some() {
        return ConnectorError::timeout(error.into());
    }
    let has_io = error.is_connect() || cause::<std::io::Error>(&error).is_some();
    let Some(spoken) = cause::<hyper::Error>(&error) else {
        return match has_io {
            true => ConnectorError::io(error.into()),
            false => ConnectorError::other(error.into(), None),
        };
    };
    if spoken.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if spoken.is_user() {
        ConnectorError::user(error.into())
    } else if has_io || spoken.is_closed() || spoken.is_canceled() {
        ConnectorError::io(error.into())
    } else if spoken.is_incomplete_message() {
        ConnectorError::other(error.into(), Some(ErrorKind::TransientError))
    } else {
        ConnectorError::other(error.into(), None)
    }
}

/// The first of what caused `error` that is an `E`.
fn cause<'error, E: Error + 'static>(error: &'error (dyn Error + 'static)) -> Option<&'error E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// A connection could not be made in the time that it may take.
#[derive(Debug)]
struct TookTooLong(Duration);

impl std::fmt::Display for TookTooLong {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "connecting took longer than {} ms", self.0.as_millis())
    }
}

impl Error for TookTooLong {}

/// Makes connections within a limit of time.
#[derive(Debug, Clone)]
struct Connecting {
    https: HttpsConnector<Tcp>,
    limit: Duration,
}

impl Service<Uri> for Connecting {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Boxed;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Boxed>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Boxed>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let (connection, limit) = (self.https.call(to), self.limit);
        Box::pin(async move {
            match tokio::time::timeout(limit, connection).await {
                Ok(connected) => connected,
                Err(_elapsed) => Err(TookTooLong(limit).into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    use aws_smithy_runtime_api::client::http::HttpConnector;
    use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;

    use super::{Trusted, Wire};

    const LIMIT: Duration = Duration::from_millis(1_000);

    fn wire() -> Wire {
        Wire::new(Trusted::nobody(), LIMIT).expect("a client")
    }

    async fn ask(wire: &Wire, uri: &str) -> Result<u16, ConnectorError> {
        let mut request = HttpRequest::new(SdkBody::from("{}"));
        request.set_uri(uri.to_owned()).expect("an address");
        let answer = wire.call(request).await?;
        Ok(answer.status().as_u16())
    }

    fn listener() -> (TcpListener, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        (listener, address)
    }

    /// Reads one request, whose body is `{}`.
    fn read(connection: &mut TcpStream) {
        let mut got = Vec::new();
        let mut byte = [0];
        while !got.ends_with(b"\r\n\r\n{}") {
            connection.read_exact(&mut byte).expect("a byte");
            got.extend(byte);
        }
    }

    #[tokio::test]
    async fn a_connection_serves_one_request_after_another() {
        let (listener, address) = listener();
        let server = thread::spawn(move || {
            let (mut connection, _) = listener.accept().expect("a connection");
            for status in ["200 OK", "503 Service Unavailable"] {
                read(&mut connection);
                write!(connection, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")
                    .expect("written");
            }
        });
        let wire = wire();
        let uri = format!("http://{address}/");
        assert_eq!(ask(&wire, &uri).await.expect("an answer"), 200);
        assert_eq!(ask(&wire, &uri).await.expect("an answer"), 503);
        server.join().expect("served");
    }

    #[tokio::test]
    async fn what_cannot_be_reached_may_be_tried_again() {
        let (listener, address) = listener();
        drop(listener);
        let error = ask(&wire(), &format!("http://{address}/"))
            .await
            .expect_err("nobody");
        assert!(error.is_io(), "{error:?}");
    }

    #[tokio::test]
    async fn an_answer_that_ends_too_early_may_be_tried_again() {
        let (listener, address) = listener();
        let server = thread::spawn(move || {
            let (mut connection, _) = listener.accept().expect("a connection");
            read(&mut connection);
            connection.write_all(b"HTTP/1.1 20").expect("written");
        });
        let error = ask(&wire(), &format!("http://{address}/"))
            .await
            .expect_err("half an answer");
        assert!(error.is_io() || error.as_other().is_some(), "{error:?}");
        server.join().expect("served");
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_that_nobody_answers_takes_too_long() {
        let (_listener, address) = listener();
        let error = ask(&wire(), &format!("https://{address}/"))
            .await
            .expect_err("no handshake");
        assert!(error.is_timeout(), "{error:?}");
    }

    #[test]
    fn only_certificates_are_trusted() {
        let mut trusted = Trusted::nobody();
        for root in crate::aws::ROOTS {
            trusted.add(root).expect("a root");
        }
        assert!(trusted.add(b"not a certificate").is_err());
        assert!(trusted.add_pem(b"not a certificate").is_err());
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(trusted.add_pem(broken.as_bytes()).is_err());
    }
}
