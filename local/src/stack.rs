//! The store's tables, queues and secrets, made as the templates make them, and the environment and
//! permissions of each function.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use domain::clock::Entropy;
use edge::Function;
use edge::function::{Running, Surroundings};
use registry::delivery;
use registry::environment::{self, Values};
use registry::naming::Naming;
use registry::policy::{self, Statement};
use store::Wiring;
use store::aws::Aws;
use store::env::{self, Env};
use store::outside::Outside;
use store::queues::{MAX_RECEIVES, QUEUES};
use store::tables::{self, TABLES, Table};

use crate::aws::{
    Access, Cloud, CloudConfig, CloudError, Connector, DeadLetters, Faults, Gate, IndexSpec,
    Projection, QueueSpec, Snapshot, TableSpec,
};
use crate::clock::{SkewedClock, StoreClock};
use crate::directory::Directory;
use crate::error::OpenError;
use crate::mock::Mock;
use crate::options::{
    ACCOUNT, CREDENTIALS, EDGE_KEY, MAIL_FROM, Options, PROVIDER_SECRET, REGION, SHOP_NAME,
    SIGNING_SECRET, STACK,
};
use crate::sources::queues::Hidden;

/// How far the store's clock is ahead, kept beside the streams' checkpoints.
const CLOCK: &str = "clock";
/// The visibility timeout of a queue that nobody consumes, in seconds.
const UNCONSUMED_S: u32 = 30;

/// What the functions stand on.
pub(crate) struct Stack {
    /// The first to be dropped: it says that the store is closed before the database takes away the
    /// file of its last writes.
    _directory: Option<Directory>,
    pub(crate) cloud: Arc<Cloud>,
    /// Messages that failed and wait to come again.
    pub(crate) hidden: Hidden,
    pub(crate) clock: Arc<StoreClock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) naming: Naming,
    values: Values,
    outside: Outside,
    /// The ports that DynamoDB and SQS answer other processes on; 0 where they do not.
    pub(crate) dynamodb_port: u16,
    pub(crate) sqs_port: u16,
    /// What answers in the functions' place, in a mock.
    pub(crate) mock: Option<Mock>,
    policy: fn(&Function) -> Vec<Statement>,
}

/// What starts a function.
pub(crate) struct Starter {
    function: &'static Function,
    vars: BTreeMap<&'static str, String>,
    connector: Connector,
    outside: Outside,
    surroundings: Surroundings,
    cloud: Arc<Cloud>,
}

impl Starter {
    /// The function.
    pub(crate) fn function(&self) -> &'static Function {
        self.function
    }

    /// What decides over faults now.
    pub(crate) fn faults(&self) -> Arc<dyn Faults> {
        self.cloud.faults()
    }

    /// Counts an invocation.
    pub(crate) fn count_invocation(&self) {
        self.cloud.meter_invocation(&self.function.name());
    }

    /// Starts an instance.
    pub(crate) async fn start(&self) -> Result<Box<dyn Running>, OpenError> {
        let name = self.function.name();
        let failed = |error| OpenError::Function(self.function.name(), error);
        let outside = self.outside.clone();
        let wiring = wiring(self.vars.clone(), self.connector.clone(), outside).map_err(failed)?;
        let mut surroundings = self.surroundings.clone();
        let skew_ms = self.faults().skew_ms(&name);
        if skew_ms != 0 {
            surroundings.clock = Arc::new(SkewedClock::new(surroundings.clock, skew_ms));
        }
        (self.function.start)(name, wiring, surroundings)
            .await
            .map_err(failed)
    }
}

/// A function's policy.
struct Policy {
    statements: Vec<Statement>,
    naming: Naming,
    /// What it was found to allow, which it goes on to allow.
    allowed: Mutex<BTreeSet<Access>>,
}

impl Gate for Policy {
    fn check(&self, _function: &str, access: &Access) -> bool {
        let mut allowed = self.allowed.lock().unwrap_or_else(PoisonError::into_inner);
        if allowed.contains(access) {
            return true;
        }
        let Access { action, resource } = access;
        let allows = policy::allows(&self.statements, &self.naming, action, resource);
        if allows {
            allowed.insert(access.clone());
        }
        allows
    }
}

/// Allows everything: for the store's own work.
struct Everything;

impl Gate for Everything {
    fn check(&self, _function: &str, _access: &Access) -> bool {
        true
    }
}

impl Stack {
    /// Opens the services and makes what the functions need.
    pub(crate) async fn open(
        options: &Options,
        snapshot: Option<Arc<Snapshot>>,
    ) -> Result<Self, OpenError> {
        let mut directory = options.data.as_deref().map(Directory::claim).transpose()?;
        let naming = Naming {
            region: REGION.to_owned(),
            account: ACCOUNT.to_owned(),
            stack: STACK.to_owned(),
            mail_identity: MAIL_FROM.to_owned(),
        };
        let clock = Arc::new(StoreClock::over(Arc::clone(&options.clock)));
        let cloud = Cloud::open(CloudConfig {
            data: options.data.clone(),
            snapshot,
            clock: clock.clone(),
            region: naming.region.clone(),
            account: naming.account.clone(),
            sqs_port: options.sqs_port,
            secrets: BTreeMap::from([
                (naming.signing_secret(), SIGNING_SECRET.to_owned()),
                (naming.provider_secret(), PROVIDER_SECRET.to_owned()),
            ]),
        })?;
        if let Some(directory) = &mut directory {
            directory.opened()?;
        }
        if let Some(ahead) = cloud.checkpoint(CLOCK)? {
            let corrupt = |_| CloudError::Corrupt(format!("the clock is {ahead} ahead"));
            clock.set_ahead(ahead.parse().map_err(corrupt)?);
        }
        for table in TABLES {
            cloud.create_table(&table_spec(table, &naming))?;
        }
        for queue in queue_specs(&naming) {
            cloud.create_queue(&queue).await?;
        }
        let hidden = Hidden::of(cloud.restore_queues().await?);
        let values = Values {
            queue_base: cloud.queue_url(""),
            edge_key: EDGE_KEY.to_owned(),
            store_currency: "EUR".to_owned(),
            issuer: options.url.clone(),
            storefront_url: options.url.clone(),
            shop_name: SHOP_NAME.to_owned(),
            admin_email: options.admin_email.clone(),
            mail_from: MAIL_FROM.to_owned(),
            payment_provider: options.payment_provider.clone(),
            capture_method: options.capture_method.clone(),
            stripe_api_base: options.stripe_api_base.clone(),
            rate_limits: options.rate_limits.clone(),
            cors_origins: options.cors_origins.clone(),
            trusted_proxies: options.trusted_proxies.clone(),
        };
        let mock = options.mock.then(|| Mock::new(&options.cors_origins));
        let mock = mock.transpose().map_err(CloudError::from)?;
        Ok(Self {
            _directory: directory,
            cloud,
            hidden,
            clock,
            entropy: Arc::clone(&options.entropy),
            naming,
            values,
            outside: options.outside.clone(),
            dynamodb_port: options.dynamodb_port,
            sqs_port: options.sqs_port,
            mock,
            policy: options.policy,
        })
    }

    /// Records how far the clock is ahead, so that time does not run backwards at the next start.
    pub(crate) fn keep_clock(&self, ahead_ms: i64) -> Result<(), CloudError> {
        self.cloud.set_checkpoint(CLOCK, &ahead_ms.to_string())
    }

    /// A function's way into AWS, which lets through what its policy grants.
    pub(crate) fn connector(&self, function: &Function) -> Connector {
        let policy = Policy {
            allowed: Mutex::default(),
            statements: (self.policy)(function),
            naming: self.naming.clone(),
        };
        self.cloud.connector(&function.name(), Arc::new(policy))
    }

    /// What starts a function, as often as it is to be started.
    pub(crate) fn starter(&self, function: &'static Function) -> Starter {
        Starter {
            function,
            vars: environment::environment(function, &self.naming, &self.values)
                .into_iter()
                .collect(),
            connector: self.connector(function),
            outside: self.outside.clone(),
            surroundings: self.surroundings(),
            cloud: Arc::clone(&self.cloud),
        }
    }

    /// What the store's own handles are wired from; everything is allowed to them.
    pub(crate) fn own_wiring(&self, name: &str) -> Result<Wiring, OpenError> {
        let connector = self.cloud.connector(name, Arc::new(Everything));
        wiring(self.environment(), connector, self.outside.clone())
            .map_err(|error| OpenError::Function(name.to_owned(), error))
    }

    /// Every variable of every function.
    pub(crate) fn environment(&self) -> BTreeMap<&'static str, String> {
        let functions = registry::functions()
            .flat_map(|function| environment::environment(function, &self.naming, &self.values));
        let tables = TABLES
            .into_iter()
            .map(|table| (table.var.name, self.naming.table(table)));
        functions.chain(tables).collect()
    }

    /// The clock and randomness that functions are given.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings {
            clock: self.clock.clone(),
            entropy: Arc::clone(&self.entropy),
        }
    }
}

fn wiring(
    vars: impl IntoIterator<Item = (&'static str, String)>,
    connector: Connector,
    outside: Outside,
) -> Result<Wiring, store::StartError> {
    let runtime = [
        (env::REGION.name, REGION.to_owned()),
        (env::ACCESS_KEY_ID.name, CREDENTIALS.to_owned()),
        (env::SECRET_ACCESS_KEY.name, CREDENTIALS.to_owned()),
    ];
    let env = Env::new(
        vars.into_iter()
            .chain(runtime)
            .map(|(name, value)| (name.to_owned(), value)),
    );
    let aws = Aws::over(&env, SharedHttpClient::new(connector))?;
    Ok(Wiring { env, aws, outside })
}

fn table_spec(table: &Table, naming: &Naming) -> TableSpec {
    let indexes = table.indexes.iter().map(|index| IndexSpec {
        name: index.name.to_owned(),
        pk: index.pk.to_owned(),
        sk: index.sk.to_owned(),
        projection: match index.projection {
            tables::Projection::KeysOnly => Projection::KeysOnly,
            tables::Projection::All => Projection::All,
        },
    });
    TableSpec {
        name: naming.table(table),
        indexes: indexes.collect(),
        stream: table.stream,
    }
}

/// Every queue, each after the dead-letter queue that it names.
fn queue_specs(naming: &Naming) -> Vec<QueueSpec> {
    let plain = |name: String| QueueSpec {
        name,
        visibility_timeout_s: UNCONSUMED_S,
        delay_s: 0,
        dead_letters: None,
    };
    let mut specs = vec![plain(naming.unplaced())];
    for queue in QUEUES {
        specs.push(plain(naming.dead_letters(queue)));
        specs.push(QueueSpec {
            visibility_timeout_s: delivery::visibility_s(queue).into(),
            dead_letters: Some(DeadLetters {
                queue: naming.dead_letters(queue),
                max_receive_count: MAX_RECEIVES,
            }),
            ..plain(naming.queue(queue))
        });
    }
    specs
}
