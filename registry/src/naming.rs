//! What things are called once they are deployed: names and ARNs of tables, queues and secrets.

use store::grant::Resource;
use store::queues::Queue;
use store::tables::Table;

use crate::policy::Target;

/// Where a stack stands, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// The AWS region.
    pub region: String,
    /// The AWS account, 12 digits.
    pub account: String,
    /// The stack's name, which everything's name starts with.
    pub stack: String,
    /// The identity that mail is sent from: an address or its domain.
    pub mail_identity: String,
}

impl Naming {
    /// A table's name.
    #[must_use]
    pub fn table(&self, table: &Table) -> String {
        format!("{}-{}", self.stack, table.name)
    }

    /// A queue's name.
    #[must_use]
    pub fn queue(&self, queue: &Queue) -> String {
        format!("{}-{}", self.stack, queue.name)
    }

    /// The name of a queue's dead-letter queue.
    #[must_use]
    pub fn dead_letters(&self, queue: &Queue) -> String {
        format!("{}-dead-letters", self.queue(queue))
    }

    /// The name of the queue that takes what the relay could not place.
    #[must_use]
    pub fn unplaced(&self) -> String {
        format!("{}-unplaced", self.stack)
    }

    /// The name of the secret that signs access tokens.
    #[must_use]
    pub fn signing_secret(&self) -> String {
        format!("{}-signing", self.stack)
    }

    /// The name of the secret shared with the payment provider.
    #[must_use]
    pub fn provider_secret(&self) -> String {
        format!("{}-provider", self.stack)
    }

    /// A function's name: the stack's, and the function's own.
    #[must_use]
    pub fn function(&self, function: &edge::Function) -> String {
        format!("{}-{}", self.stack, function.name())
    }

    /// The ARN of what a statement is about; a stream's ends in `*`, since AWS gives streams their
    /// last part when it makes them.
    #[must_use]
    pub fn arn(&self, target: Target) -> String {
        match target {
            Target::Granted(Resource::Table(table)) => self.table_arn(table),
            Target::Granted(Resource::Index(table, index)) => {
                format!("{}/index/{index}", self.table_arn(table))
            }
            Target::Granted(Resource::Queue(queue)) => self.of("sqs", &self.queue(queue)),
            Target::Granted(Resource::SigningSecret) => self.of(
                "secretsmanager",
                &format!("secret:{}", self.signing_secret()),
            ),
            Target::Granted(Resource::ProviderSecret) => self.of(
                "secretsmanager",
                &format!("secret:{}", self.provider_secret()),
            ),
            Target::Granted(Resource::MailIdentity) => {
                self.of("ses", &format!("identity/{}", self.mail_identity))
            }
            Target::Stream(table) => format!("{}/stream/*", self.table_arn(table)),
            Target::Unplaced => self.of("sqs", &self.unplaced()),
        }
    }

    fn table_arn(&self, table: &Table) -> String {
        self.of("dynamodb", &format!("table/{}", self.table(table)))
    }

    fn of(&self, service: &str, name: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{name}", self.region, self.account)
    }
}
