//! What AWS asks for, and what that makes of an operation.
//!
//! The prices are those of us-east-1 on demand, in dollars, as AWS's price list had them at [`AS_OF`]. Free
//! allowances are not deducted, but for [`FREE_STARTS`]. They change: check them before you rely on a sum.

use edge::{Function, Source};
use local::aws::Account;
use store::sign::PROVIDER_RESTS;

use super::book::Operation;

/// When the prices were looked up.
pub(super) const AS_OF: &str = "August 2025";

/// A price in the list.
pub(super) struct Price {
    /// What is paid for.
    pub(super) what: &'static str,
    /// What so many of it cost, in dollars.
    pub(super) dollars: f64,
    /// How many that are.
    pub(super) per: f64,
    /// How many, in words.
    pub(super) unit: &'static str,
    /// Where AWS says so.
    pub(super) page: &'static str,
}

impl Price {
    /// What one of it costs, in dollars.
    pub(super) const fn each(&self) -> f64 {
        self.dollars / self.per
    }
}

const MILLION: f64 = 1e6;
const BYTES_OF_A_GB: f64 = 1e9;

/// Every price, in the order of the page.
pub(super) const PRICES: [&Price; 22] = [
    &WRITE_UNIT,
    &READ_UNIT,
    &STORAGE,
    &BACKUP,
    &QUEUE_REQUEST,
    &API_REQUEST,
    &LAMBDA_REQUEST,
    &LAMBDA_GB_SECOND,
    &SCHEDULE,
    &MAIL,
    &LOG,
    &ALARM,
    &SECRET,
    &SECRET_READ,
    &KEY_REQUEST,
    &TRANSFER,
    &SMALL_SERVER,
    &LARGE_SERVER,
    &SMALL_DATABASE,
    &LARGE_DATABASE,
    &DATABASE_GB,
    &BALANCER,
];

/// Of DynamoDB's on-demand list since November 2024, when it was halved.
pub(super) const WRITE_UNIT: Price = Price {
    what: "DynamoDB: write units",
    dollars: 0.625,
    per: MILLION,
    unit: "million",
    page: "dynamodb/pricing/on-demand",
};

/// Of DynamoDB's on-demand list since November 2024, when it was halved.
pub(super) const READ_UNIT: Price = Price {
    what: "DynamoDB: read units",
    dollars: 0.125,
    per: MILLION,
    unit: "million",
    page: "dynamodb/pricing/on-demand",
};

/// Of DynamoDB's on-demand list, standard table class.
pub(super) const STORAGE: Price = Price {
    what: "DynamoDB: storage",
    dollars: 0.25,
    per: BYTES_OF_A_GB,
    unit: "GB and month",
    page: "dynamodb/pricing/on-demand",
};

/// Of DynamoDB's on-demand list: point-in-time recovery, which every table of the shop has.
pub(super) const BACKUP: Price = Price {
    what: "DynamoDB: point-in-time recovery",
    dollars: 0.20,
    per: BYTES_OF_A_GB,
    unit: "GB and month",
    page: "dynamodb/pricing/on-demand",
};

/// Of SQS's list, standard queues.
pub(super) const QUEUE_REQUEST: Price = Price {
    what: "SQS: requests",
    dollars: 0.40,
    per: MILLION,
    unit: "million",
    page: "sqs/pricing",
};

/// Of API Gateway's list: HTTP APIs, up to 300 million requests a month.
pub(super) const API_REQUEST: Price = Price {
    what: "API Gateway, HTTP API: requests",
    dollars: 1.00,
    per: MILLION,
    unit: "million",
    page: "api-gateway/pricing",
};

/// Of Lambda's list.
pub(super) const LAMBDA_REQUEST: Price = Price {
    what: "Lambda: invocations",
    dollars: 0.20,
    per: MILLION,
    unit: "million",
    page: "lambda/pricing",
};

/// Of Lambda's list, arm64, up to 7.5 billion GB-seconds a month. Starting is billed like running since
/// August 2025.
pub(super) const LAMBDA_GB_SECOND: Price = Price {
    what: "Lambda, arm64: time",
    dollars: 0.000_013_333_4,
    per: 1.0,
    unit: "GB-second",
    page: "lambda/pricing",
};

/// Of EventBridge's list, beyond [`FREE_STARTS`].
pub(super) const SCHEDULE: Price = Price {
    what: "EventBridge Scheduler: starts beyond 14 million",
    dollars: 1.00,
    per: MILLION,
    unit: "million",
    page: "eventbridge/pricing",
};

/// How many starts of a month are free: the one allowance that is deducted, for no shop uses it up.
pub(super) const FREE_STARTS: f64 = 14.0 * MILLION;

/// Of SES's list.
pub(super) const MAIL: Price = Price {
    what: "SES: mails",
    dollars: 0.10,
    per: 1_000.0,
    unit: "thousand",
    page: "ses/pricing",
};

/// Of CloudWatch's list: logs that are taken in.
pub(super) const LOG: Price = Price {
    what: "CloudWatch: logs taken in",
    dollars: 0.50,
    per: BYTES_OF_A_GB,
    unit: "GB",
    page: "cloudwatch/pricing",
};

/// Of CloudWatch's list: an alarm of standard resolution on one metric.
pub(super) const ALARM: Price = Price {
    what: "CloudWatch: alarms",
    dollars: 0.10,
    per: 1.0,
    unit: "alarm and month",
    page: "cloudwatch/pricing",
};

/// Of Secrets Manager's list.
pub(super) const SECRET: Price = Price {
    what: "Secrets Manager: secrets",
    dollars: 0.40,
    per: 1.0,
    unit: "secret and month",
    page: "secrets-manager/pricing",
};

/// Of Secrets Manager's list.
pub(super) const SECRET_READ: Price = Price {
    what: "Secrets Manager: requests",
    dollars: 0.05,
    per: 10_000.0,
    unit: "10,000",
    page: "secrets-manager/pricing",
};

/// Of KMS's list. The tables are encrypted with the key that AWS manages for DynamoDB, which costs nothing
/// but its use.
pub(super) const KEY_REQUEST: Price = Price {
    what: "KMS: requests",
    dollars: 0.03,
    per: 10_000.0,
    unit: "10,000",
    page: "kms/pricing",
};

/// Of EC2's list, which API Gateway follows: what leaves AWS for the internet. The first 100 GB a month are
/// free.
pub(super) const TRANSFER: Price = Price {
    what: "transfer: what leaves AWS",
    dollars: 0.09,
    per: BYTES_OF_A_GB,
    unit: "GB",
    page: "ec2/pricing/on-demand",
};

/// Of EC2's list.
pub(super) const SMALL_SERVER: Price = Price {
    what: "EC2: a t4g.small",
    dollars: 0.0168,
    per: 1.0,
    unit: "hour",
    page: "ec2/pricing/on-demand",
};

/// Of EC2's list.
pub(super) const LARGE_SERVER: Price = Price {
    what: "EC2: a c7g.large",
    dollars: 0.0725,
    per: 1.0,
    unit: "hour",
    page: "ec2/pricing/on-demand",
};

/// Of RDS's list.
pub(super) const SMALL_DATABASE: Price = Price {
    what: "RDS, PostgreSQL: a db.t4g.micro in two zones",
    dollars: 0.032,
    per: 1.0,
    unit: "hour",
    page: "rds/postgresql/pricing",
};

/// Of RDS's list.
pub(super) const LARGE_DATABASE: Price = Price {
    what: "RDS, PostgreSQL: a db.m7g.large in two zones",
    dollars: 0.337,
    per: 1.0,
    unit: "hour",
    page: "rds/postgresql/pricing",
};

/// Of RDS's list.
pub(super) const DATABASE_GB: Price = Price {
    what: "RDS, PostgreSQL: storage in two zones",
    dollars: 0.23,
    per: 1.0,
    unit: "GB and month",
    page: "rds/postgresql/pricing",
};

/// Of Elastic Load Balancing's list: $0.0225 for the balancer, and $0.008 for one unit of capacity.
pub(super) const BALANCER: Price = Price {
    what: "a load balancer with a unit of capacity",
    dollars: 0.0305,
    per: 1.0,
    unit: "hour",
    page: "elasticloadbalancing/pricing",
};

/// The days of a month.
pub(super) const DAYS: f64 = 30.0;
/// The hours of a month.
pub(super) const HOURS: f64 = DAYS * 24.0;

/// Assumed: the milliseconds that are billed for an invocation of an instance that has started.
pub(super) const WARM_MS: f64 = 10.0;
/// Assumed: the milliseconds that are billed for one of an instance that has to start first.
pub(super) const COLD_MS: f64 = 60.0;
/// Assumed: the share of invocations for which an instance has to start.
pub(super) const COLD_SHARE: f64 = 0.01;
/// Assumed: the milliseconds that a password takes besides.
pub(super) const HASHING_MS: f64 = 60.0;
/// Assumed: the milliseconds that the payment provider takes besides, all its answers together.
pub(super) const PROVIDER_MS: f64 = 1_000.0;
/// Assumed: the bytes that an invocation logs, with what Lambda and the gateway log of it.
pub(super) const LOG_BYTES: f64 = 1_500.0;

/// Assumed: the bytes of a reply, compressed, with its head.
pub(super) const REPLY_BYTES: f64 = 4_000.0;

/// From how much memory on a function has it for the sake of hashing passwords.
const HASHING_MB: u16 = 1_024;

/// What an operation costs when it is done once, in dollars.
pub(super) fn dollars(operation: &Operation) -> f64 {
    let functions = registry::functions().filter_map(|function| {
        let account = operation.split.get(&function.name())?;
        Some(of_function(function, account))
    });
    let requests = number(operation.requests()) * API_REQUEST.each();
    (functions.sum::<f64>() + requests) / f64::from(operation.times)
}

fn of_function(function: &Function, account: &Account) -> f64 {
    let queue_requests = account.queue_requests() + account.other_queue_requests;
    account.read_units * READ_UNIT.each()
        + account.write_units * WRITE_UNIT.each()
        + number(queue_requests) * QUEUE_REQUEST.each()
        + number(account.mails) * MAIL.each()
        + number(account.secret_reads) * SECRET_READ.each()
        + number(account.invocations) * invocation(function)
}

/// What an invocation costs, with what is logged of it.
fn invocation(function: &Function) -> f64 {
    let gb_seconds = billed_ms(function) / 1_000.0 * f64::from(function.memory_mb) / 1_024.0;
    LAMBDA_REQUEST.each() + gb_seconds * LAMBDA_GB_SECOND.each() + LOG_BYTES * LOG.each()
}

fn billed_ms(function: &Function) -> f64 {
    let mut billed = WARM_MS + COLD_SHARE * (COLD_MS - WARM_MS);
    if function.memory_mb >= HASHING_MB {
        billed += HASHING_MS;
    }
    if asks_provider(function) {
        billed += PROVIDER_MS;
    }
    billed
}

/// Whether a function asks the payment provider whenever it is invoked. A sweeper does when something was
/// forgotten.
fn asks_provider(function: &Function) -> bool {
    let is_sweeper = matches!(function.source(), Some(Source::EveryMinute));
    !is_sweeper && (function.declare)().signs.contains(&&PROVIDER_RESTS)
}

/// A count to reckon with.
pub(super) fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).expect("a count that is no larger than that"))
}
