//! Whether the services that the shop depends on answer.

use futures_util::FutureExt;
use futures_util::future::join_all;

use crate::db::Db;
use crate::grant::{GET, Grant, Resource};
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::queues::{QUEUES, Queue};
use crate::tables::{TABLES, Table};

/// Asks each dependency for something small.
pub struct Probe {
    tables: Vec<(&'static str, Db)>,
    sqs: aws_sdk_sqs::Client,
    queues: Vec<(&'static str, String)>,
}

/// What a dependency said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The dependency.
    pub name: String,
    /// Whether it answered.
    pub answers: bool,
}

impl Probe {
    /// Asks all at once: half a read unit a table, one request a queue.
    pub async fn look(&self) -> Vec<Finding> {
        let tables = join_all(self.tables.iter().map(async |(name, db)| Finding {
            name: format!("table {name}"),
            answers: db.get("readiness", "readiness").await.is_ok(),
        }));
        let queues = join_all(self.queues.iter().map(async |(name, url)| {
            let asked = self
                .sqs
                .get_queue_attributes()
                .queue_url(url)
                .send()
                .boxed()
                .await;
            Finding {
                name: format!("queue {name}"),
                answers: asked.is_ok(),
            }
        }));
        let (mut findings, queues) = futures_util::future::join(tables, queues).await;
        findings.extend(queues);
        findings
    }
}

impl Need for Probe {
    fn declare(declaration: &mut Declaration) {
        for table in TABLES {
            let table: &'static Table = table;
            declaration.var(table.var);
            declaration.grant(Grant::table(table, &[GET]));
        }
        for queue in QUEUES {
            let queue: &'static Queue = queue;
            declaration.var(queue.var);
            declaration.grant(Grant {
                actions: &["sqs:GetQueueAttributes"],
                on: Resource::Queue(queue),
            });
        }
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let mut tables = Vec::new();
        for table in TABLES {
            let db = Db::new(wiring.aws.dynamodb(), wiring.env.get(table.var)?);
            tables.push((table.name, db));
        }
        let mut queues = Vec::new();
        for queue in QUEUES {
            queues.push((queue.name, wiring.env.get(queue.var)?.to_owned()));
        }
        Ok(Self {
            tables,
            sqs: wiring.aws.sqs(),
            queues,
        })
    }
}
