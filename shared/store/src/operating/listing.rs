//! The tables and queues of an account whose names start like a stack's.

use super::{OperatingError, failed};
use crate::aws::Aws;

/// The most names that SQS lists at once.
const MOST_QUEUES: i32 = 1_000;

/// What there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The names of tables.
    pub tables: Vec<String>,
    /// The URLs of queues.
    pub queues: Vec<String>,
}

impl Listing {
    /// Every table and queue whose name starts with the stack's and a hyphen.
    ///
    /// # Errors
    /// [`OperatingError::Failed`].
    pub async fn of(aws: &Aws, stack: &str) -> Result<Self, OperatingError> {
        let prefix = format!("{stack}-");
        let (tables, queues) = tokio::try_join!(tables(aws, &prefix), queues(aws, &prefix))?;
        Ok(Self { tables, queues })
    }
}

/// DynamoDB lists all tables of the account, a hundred at a time.
async fn tables(aws: &Aws, prefix: &str) -> Result<Vec<String>, OperatingError> {
    let dynamodb = aws.dynamodb();
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let listed = dynamodb
            .list_tables()
            .set_exclusive_start_table_name(after)
            .send()
            .await
            .map_err(failed("listing the tables"))?;
        let page = listed.table_names.unwrap_or_default();
        names.extend(page.into_iter().filter(|name| name.starts_with(prefix)));
        after = listed.last_evaluated_table_name;
        if after.is_none() {
            return Ok(names);
        }
    }
}

async fn queues(aws: &Aws, prefix: &str) -> Result<Vec<String>, OperatingError> {
    let sqs = aws.sqs();
    let mut urls = Vec::new();
    let mut next = None;
    loop {
        let listed = sqs
            .list_queues()
            .queue_name_prefix(prefix)
            .max_results(MOST_QUEUES)
            .set_next_token(next)
            .send()
            .await
            .map_err(failed("listing the queues"))?;
        urls.extend(listed.queue_urls.unwrap_or_default());
        next = listed.next_token;
        if next.is_none() {
            return Ok(urls);
        }
    }
}
