//! AWS clients: one configuration with region and credentials given explicitly, so that no chain is
//! searched at a cold start, and one HTTP client with the few roots that AWS's endpoints use.

use std::error::Error;
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

use crate::env::{
    ACCESS_KEY_ID, CA_BUNDLE, DYNAMODB_ENDPOINT, Env, REGION, SECRET_ACCESS_KEY, SECRETS_ENDPOINT,
    SESSION_TOKEN, SQS_ENDPOINT, Var,
};
use crate::need::StartError;
use crate::wire::{Trusted, Wire};

/// Public certificates of Amazon Trust Services, from <https://www.amazontrust.com/repository/>, as they are
/// inside of PEM: a function that starts has nothing to decode.
pub(crate) const ROOTS: [&[u8]; 5] = [
    include_bytes!("roots/amazon_root_ca_1.der"),
    include_bytes!("roots/amazon_root_ca_2.der"),
    include_bytes!("roots/amazon_root_ca_3.der"),
    include_bytes!("roots/amazon_root_ca_4.der"),
    include_bytes!("roots/starfield_services_root_g2.der"),
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
#[doc(hidden)]
#[must_use]
pub fn own_quota() -> RetryPartition {
    RetryPartition::custom("instance")
        .token_bucket(TokenBucket::default())
        .build()
}

/// A client of a service, for rooms: of the SDK's crate for it, at the endpoint that an environment variable
/// may name.
#[macro_export]
macro_rules! client {
    ($aws:expr, $service:ident, $endpoint:expr) => {{
        let config = $service::config::Builder::from(&$aws.at($endpoint));
        let config = config.retry_partition($crate::aws::own_quota());
        let config = match $aws.is_signed() {
            true => config,
            false => config.allow_no_auth(),
        };
        $service::Client::from_conf(config.build())
    }};
}

/// The clients of one function: each service has one, which all handles share.
pub struct Aws {
    shared: SdkConfig,
    is_signed: bool,
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
        let unusable = |error: Box<dyn Error + Send + Sync>| error.to_string();
        let mut trusted = Trusted::nobody();
        for root in ROOTS {
            trusted
                .add(root)
                .map_err(|error| StartError::Unusable(REGION, unusable(error)))?;
        }
        if let Some(bundle) = env.optional(CA_BUNDLE) {
            std::fs::read(bundle)
                .map_err(Into::into)
                .and_then(|bundle| trusted.add_pem(&bundle))
                .map_err(|error| StartError::Unusable(CA_BUNDLE, unusable(error)))?;
        }
        let http = Wire::new(trusted, CONNECT_TIMEOUT)
            .map_err(|error| StartError::Unusable(REGION, unusable(error)))?;
        env.require([REGION, ACCESS_KEY_ID, SECRET_ACCESS_KEY])?;
        let credentials = Credentials::new(
            env.get(ACCESS_KEY_ID)?,
            env.get(SECRET_ACCESS_KEY)?,
            env.optional(SESSION_TOKEN).map(str::to_owned),
            None,
            "environment",
        );
        let credentials = SharedCredentialsProvider::new(credentials);
        Self::of(env, SharedHttpClient::new(http), Some(credentials))
    }

    /// Clients over another HTTP client: the embedded services of the local store. They look at no
    /// signature, so that none is made.
    ///
    /// # Errors
    /// If the region is missing.
    pub fn over(env: &Env, http: SharedHttpClient) -> Result<Self, StartError> {
        Self::of(env, http, None)
    }

    fn of(
        env: &Env,
        http: SharedHttpClient,
        credentials: Option<SharedCredentialsProvider>,
    ) -> Result<Self, StartError> {
        let is_signed = credentials.is_some();
        let mut shared = SdkConfig::builder();
        shared.set_credentials_provider(credentials);
        let shared = shared
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(env.get(REGION)?.to_owned()))
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
            is_signed,
            env: env.clone(),
            dynamodb: OnceLock::new(),
            sqs: OnceLock::new(),
        })
    }

    #[doc(hidden)]
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    #[doc(hidden)]
    #[must_use]
    pub fn at(&self, endpoint: Var) -> SdkConfig {
        match self.env.optional(endpoint) {
            Some(url) => self.shared.to_builder().endpoint_url(url).build(),
            None => self.shared.clone(),
        }
    }

    pub(crate) fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        let make = || client!(self, aws_sdk_dynamodb, DYNAMODB_ENDPOINT);
        self.dynamodb.get_or_init(make).clone()
    }

    /// The client of SQS.
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        let make = || client!(self, aws_sdk_sqs, SQS_ENDPOINT);
        self.sqs.get_or_init(make).clone()
    }

    pub(crate) fn secrets(&self) -> aws_sdk_secretsmanager::Client {
        client!(self, aws_sdk_secretsmanager, SECRETS_ENDPOINT)
    }
}
