//! A shop's services for functions that run in processes of their own: the embedded ones, with the demo
//! shop in them, in the clear and over TLS.

use std::collections::BTreeMap;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use local::aws::Cloud;
use local::{Options, Store};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::builds;

/// The name that the certificate is for.
const NAME: &str = "localhost";
/// Where a function finds the roots it is to trust besides AWS's.
const CA_BUNDLE: &str = "AWS_CA_BUNDLE";

/// The services of one shop.
pub(crate) struct Services {
    store: Arc<Store>,
    plain: SocketAddr,
    encrypted: SocketAddr,
    bundle: PathBuf,
    _directory: TempDir,
    served: Vec<JoinHandle<()>>,
}

impl Services {
    /// Those of the demo shop, in memory.
    pub(crate) async fn open() -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::of(tempfile::tempdir()?, false).await
    }

    /// Those of the demo shop, in files that are gone with it.
    pub(crate) async fn on_disk() -> Result<Self, Box<dyn Error + Send + Sync>> {
        // Not where temporary files are, which may be memory.
        Self::of(tempfile::tempdir_in(builds::root().join("target"))?, true).await
    }

    async fn of(directory: TempDir, on_disk: bool) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let (dynamodb, sqs) = (listen().await?, listen().await?);
        let plain = dynamodb.local_addr()?;
        // Nothing is ever sent to this address: the functions are elsewhere.
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
        let options = Options {
            sqs_port: sqs.local_addr()?.port(),
            dynamodb_port: plain.port(),
            data: on_disk.then(|| directory.path().join("data")),
            ..Options::demo()
        };
        let store = Store::open_watched(options, nowhere).await?;
        let services = tokio::spawn(store.cloud().clone().serve(dynamodb, sqs));

        let made = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
        let bundle = directory.path().join("bundle.pem");
        std::fs::write(&bundle, made.cert.pem())?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())?;
        let tls = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let front = listen().await?;
        let encrypted = front.local_addr()?;
        let fronted = tokio::spawn(decrypt(front, TlsAcceptor::from(Arc::new(tls)), plain));
        Ok(Self {
            store,
            plain,
            encrypted,
            bundle,
            _directory: directory,
            served: vec![services, fronted],
        })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn cloud(&self) -> &Cloud {
        self.store.cloud()
    }

    /// The environment of every function.
    pub(crate) fn environment(&self, over_tls: bool) -> BTreeMap<&str, String> {
        let url = match over_tls {
            true => format!("https://{NAME}:{}", self.encrypted.port()),
            false => format!("http://{}", self.plain),
        };
        let mut environment = self.store.environment(&url, &url);
        if over_tls {
            environment.insert(CA_BUNDLE, self.bundle.display().to_string());
        }
        environment
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        for served in &self.served {
            served.abort();
        }
    }
}

async fn listen() -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

async fn decrypt(front: TcpListener, acceptor: TlsAcceptor, behind: SocketAddr) {
    while let Ok((stream, _)) = front.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // Connections end when their function is killed.
            let _ = stream.set_nodelay(true);
            let Ok(mut outside) = acceptor.accept(stream).await else {
                return;
            };
            let Ok(mut inside) = TcpStream::connect(behind).await else {
                return;
            };
            let _ = inside.set_nodelay(true);
            let _ = copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}
