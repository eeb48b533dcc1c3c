//! What a local store is made of, and the fixed values that stand for what a real one is given.

use std::path::PathBuf;
use std::sync::Arc;

use domain::clock::{Clock, Entropy, Timestamp};
use edge::Function;
use edge::system::{SystemClock, SystemEntropy};
use registry::policy::Statement;
use store::outside::Outside;

use crate::aws::Snapshot;
use crate::clock::RuntimeClock;
use crate::entropy::SeededEntropy;
use crate::failures::Failures;

/// The region that the store pretends to stand in.
pub const REGION: &str = "eu-central-1";
/// The account that it pretends to belong to.
pub const ACCOUNT: &str = "000000000000";
/// What the names of its tables, queues and secrets start with.
pub const STACK: &str = "souk";
/// What it is called in its mails.
pub const SHOP_NAME: &str = "Souk";
/// Whom its captured mail is from.
pub const MAIL_FROM: &str = "shop@example.com";
/// The access key and secret key that its services take; they take any.
pub const CREDENTIALS: &str = "local";
/// What its access tokens are signed with. Known to everybody, and fixed so that tokens stay good
/// when the store starts again: it listens on this machine alone.
pub const SIGNING_SECRET: &str = "local-store-secret-that-signs-nothing-that-matters-elsewhere";
/// What its cursors and order tokens are sealed with, as well known as the signing secret.
pub const EDGE_KEY: &str = "local-store-secret-that-seals-nothing-that-matters-elsewhere";
/// What the store shares with its payment provider, as well known as the others.
pub const PROVIDER_SECRET: &str =
    r#"{"secretKey":"sk_test_local","webhookSecrets":["whsec_local","whsec_local_next"]}"#;
/// The port of the HTTP API, unless another is chosen.
pub const PORT: u16 = 9000;
/// The port of DynamoDB, mail and secrets where functions run in processes of their own.
pub const DYNAMODB_PORT: u16 = 9001;
/// The port of SQS where functions run in processes of their own.
pub const SQS_PORT: u16 = 9002;
/// The directory that keeps everything, unless another is chosen.
pub const DATA: &str = ".local";

/// How many requests a minute each caller has, unless the limits are lifted: what the template says.
pub const RATE_LIMITS: &str = "default=100/10,strict=10/1";
/// No limits on requests.
pub const NO_LIMITS: &str = "off";
/// The web origins whose pages may call it: where front ends are usually served while they are made.
pub const CORS_ORIGINS: &str = "http://localhost:3000,http://127.0.0.1:3000,http://localhost:5173,\
                                http://127.0.0.1:5173,http://localhost:8080,http://127.0.0.1:8080";
/// An empty list.
const NONE: &str = "none";

/// When tests begin; demo data is older.
const TESTS_BEGIN_MS: i64 = 1_796_000_000_000;
pub(crate) const TESTS_SEED: u64 = 9000;

/// What a store in memory begins with.
#[derive(Clone)]
pub enum Beginning {
    /// Nothing: it is filled as one on disk is.
    Empty,
    /// A copy of what the first such store was filled with, which takes less time than to fill it. One with
    /// orders has letters too, and is always filled itself.
    LikeOthers,
    /// A copy of this.
    Snapshot(Arc<Snapshot>),
}

/// What a local store is made of.
#[derive(Clone)]
pub struct Options {
    /// The directory that keeps everything; without one, everything is in memory.
    pub data: Option<PathBuf>,
    /// Whether a store that has never been filled gets the demo catalogue and accounts.
    pub seed: bool,
    /// What a store in memory begins with.
    pub beginning: Beginning,
    /// Whether all functions start with the store, rather than each with its first event.
    pub warm: bool,
    /// Whether the demo customer has ordered before: one order paid, one waiting to be.
    pub demo_orders: bool,
    /// Whether it opens only when what its demo orders set off is dealt with. Otherwise whatever pumps its
    /// sources does that, beside the first requests.
    pub settled: bool,
    /// As how many instances each function runs; they take turns. As none, it is as in Lambda: an
    /// instance deals with one event at a time, and is started when there is one and none is free.
    pub instances: usize,
    /// The clock, which the store can move forward.
    pub clock: Arc<dyn Clock>,
    /// The randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The store's public URL, which its access tokens name.
    pub url: String,
    /// The address whose owner becomes admin, or `none`.
    pub admin_email: String,
    /// The port that DynamoDB answers other processes on; 0 if it does not.
    pub dynamodb_port: u16,
    /// The port that SQS answers other processes on, which queue URLs name; 0 if it does not.
    pub sqs_port: u16,
    /// How many requests a minute each caller has, as [`edge::limits::RATE_LIMITS`] says it.
    pub rate_limits: String,
    /// The web origins whose pages may call the API, as [`edge::origin::CORS_ORIGINS`] lists them.
    pub cors_origins: String,
    /// The proxies that are believed, as [`edge::origin::TRUSTED_PROXIES`] lists them.
    pub trusted_proxies: String,
    /// Who moves the money, as [`store::provider::PAYMENT_PROVIDER`] says it.
    pub payment_provider: String,
    /// When it is taken, as [`store::provider::CAPTURE_METHOD`] says it.
    pub capture_method: String,
    /// Where Stripe answers.
    pub stripe_api_base: String,
    /// The way to services that are not AWS's.
    pub outside: Outside,
    /// Whether operations answer with the contract's examples instead of being done.
    pub mock: bool,
    /// What each function may do.
    pub policy: fn(&Function) -> Vec<Statement>,
    /// Why messages failed, if a [`crate::Listener`] hears it.
    pub failures: Arc<Failures>,
}

impl Options {
    /// A demo shop on the machine's clock, in memory.
    #[must_use]
    pub fn demo() -> Self {
        Self {
            data: None,
            seed: true,
            beginning: Beginning::Empty,
            warm: false,
            demo_orders: true,
            settled: true,
            instances: 1,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            url: format!("http://127.0.0.1:{PORT}"),
            admin_email: "none".to_owned(),
            dynamodb_port: 0,
            sqs_port: 0,
            rate_limits: RATE_LIMITS.to_owned(),
            cors_origins: CORS_ORIGINS.to_owned(),
            trusted_proxies: NONE.to_owned(),
            payment_provider: "test".to_owned(),
            capture_method: "automatic".to_owned(),
            stripe_api_base: "https://api.stripe.com".to_owned(),
            outside: Outside::Internet,
            mock: false,
            policy: registry::policy::statements,
            failures: Arc::default(),
        }
    }

    /// A shop in memory with the demo catalogue and accounts, on the runtime's time and with
    /// randomness that is the same in every run.
    #[must_use]
    pub fn for_tests() -> Self {
        let start = Timestamp::from_millis(TESTS_BEGIN_MS).unwrap_or(Timestamp::EPOCH);
        Self {
            beginning: Beginning::LikeOthers,
            demo_orders: false,
            clock: Arc::new(RuntimeClock::starting_at(start)),
            entropy: Arc::new(SeededEntropy::new(TESTS_SEED)),
            rate_limits: NO_LIMITS.to_owned(),
            ..Self::demo()
        }
    }
}
