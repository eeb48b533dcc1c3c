//! AWS clients: one configuration with region and credentials given explicitly, so that no chain is
//! searched at a cold start, and one HTTP client with the few roots that AWS's endpoints use.

use std::sync::OnceLock;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_dynamodb::config::retry::{RetryPartition, TokenBucket};
use aws_sdk_dynamodb::config::{
    Credentials, IdentityCache, Region, SharedCredentialsProvider, SharedHttpClient,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};

use crate::env::{
    ACCESS_KEY_ID, DYNAMODB_ENDPOINT, Env, REGION, SECRET_ACCESS_KEY, SECRETS_ENDPOINT,
    SES_ENDPOINT, SESSION_TOKEN, SQS_ENDPOINT, Var,
};
use crate::need::StartError;

/// Public certificates of Amazon Trust Services, from <https://www.amazontrust.com/repository/>.
const ROOTS: [&str; 5] = [
    include_str!("roots/amazon_root_ca_1.pem"),
    include_str!("roots/amazon_root_ca_2.pem"),
    include_str!("roots/amazon_root_ca_3.pem"),
    include_str!("roots/amazon_root_ca_4.pem"),
    include_str!("roots/starfield_services_root_g2.pem"),
];

/// How long a connection may take.
pub const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_000);
/// How long one attempt of a call may take.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(2_000);
/// How long a call may take, with all its attempts.
pub const OPERATION_TIMEOUT: Duration = Duration::from_millis(5_000);
const ATTEMPTS: u32 = 3;

/// How often a client may try again before it stops doing so for a while. Clients share it by themselves if
/// they are in one process, as the instances of the local store are and those of Lambda never.
fn own_quota() -> RetryPartition {
    RetryPartition::custom("instance")
        .token_bucket(TokenBucket::default())
        .build()
}

/// The clients of one function: each service has one, which all handles share.
pub struct Aws {
    shared: SdkConfig,
    env: Env,
    dynamodb: OnceLock<aws_sdk_dynamodb::Client>,
    sqs: OnceLock<aws_sdk_sqs::Client>,
}

impl Aws {
    /// Clients that speak to AWS, or to the endpoints that the environment names.
    ///
    /// # Errors
    /// If region or credentials are missing, or the roots cannot be read.
    pub fn from_env(env: &Env) -> Result<Self, StartError> {
        let mut trusted = TrustStore::empty();
        for root in ROOTS {
            trusted.add_pem_certificate(root);
        }
        let tls = TlsContext::builder()
            .with_trust_store(trusted)
            .build()
            .map_err(|error| StartError::Unusable(REGION, error.to_string()))?;
        let http = Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls)
            .build_https();
        Self::over(env, http)
    }

    /// Clients over another HTTP client: the embedded services of the local store.
    ///
    /// # Errors
    /// If region or credentials are missing.
    pub fn over(env: &Env, http: SharedHttpClient) -> Result<Self, StartError> {
        env.require([REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY])?;
        let credentials = Credentials::new(
            env.get(ACCESS_KEY_ID)?,
            env.get(SECRET_ACCESS_KEY)?,
            env.optional(SESSION_TOKEN).map(str::to_owned),
            None,
            "environment",
        );
        let shared = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(env.get(REGION)?.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(http)
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                    .operation_timeout(OPERATION_TIMEOUT)
                    .build(),
            )
            // The limits of time above hold for bodies too, and these credentials never change.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .build();
        Ok(Self {
            shared,
            env: env.clone(),
            dynamodb: OnceLock::new(),
            sqs: OnceLock::new(),
        })
    }

    fn at(&self, endpoint: Var) -> SdkConfig {
        match self.env.optional(endpoint) {
            Some(url) => self.shared.to_builder().endpoint_url(url).build(),
            None => self.shared.clone(),
        }
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let make = || {
            let config = aws_sdk_dynamodb::config::Builder::from(&self.at(DYNAMODB_ENDPOINT));
            aws_sdk_dynamodb::Client::from_conf(config.retry_partition(own_quota()).build())
        };
        self.dynamodb.get_or_init(make).clone()
    }

    pub(crate) fn sqs(&self) -> aws_sdk_sqs::Client {
        let make = || {
            let config = aws_sdk_sqs::config::Builder::from(&self.at(SQS_ENDPOINT));
            aws_sdk_sqs::Client::from_conf(config.retry_partition(own_quota()).build())
        };
        self.sqs.get_or_init(make).clone()
    }

    pub(crate) fn ses(&self) -> aws_sdk_sesv2::Client {
        let config = aws_sdk_sesv2::config::Builder::from(&self.at(SES_ENDPOINT));
        aws_sdk_sesv2::Client::from_conf(config.retry_partition(own_quota()).build())
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        let config = aws_sdk_secretsmanager::config::Builder::from(&self.at(SECRETS_ENDPOINT));
        aws_sdk_secretsmanager::Client::from_conf(config.retry_partition(own_quota()).build())
    }
}
