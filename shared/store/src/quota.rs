//! Counts of requests, in the usage table: one item for each caller, class and minute.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | count | `count/<class>/<minute>/<caller>` | `count` |
//!
//! | access | cost |
//! |---|---|
//! | add to a count | one unconditional update: 1 write unit |
//!
//! An addition is not idempotent. It is sent once, where the SDK would repeat it, and says when it
//! fails whether it may have come through.

use aws_sdk_dynamodb::config::Config;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, UpdateItemOutput};
use aws_sdk_dynamodb::types::ReturnValue;
use futures_util::FutureExt;

use domain::clock::Timestamp;

use crate::db::{Db, key, number, read_number, unavailable};
use crate::error::StoreError;
use crate::grant::{Grant, UPDATE};
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::tables::USAGE;

/// Adds to counts of requests.
pub struct Quota(Db);

/// One count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count<'a> {
    /// The class of requests.
    pub class: &'a str,
    /// Whose they are.
    pub caller: &'a str,
    /// The minute, counted from 1970.
    pub minute: i64,
}

/// An addition that failed.
#[derive(Debug)]
pub enum NotAdded {
    /// The service refused it: the count is as it was.
    Surely(StoreError),
    /// It may have been added all the same.
    Perhaps(StoreError),
}

impl NotAdded {
    /// The same failure where something else may have been added before.
    #[must_use]
    pub fn in_doubt(self) -> Self {
        match self {
            Self::Surely(error) | Self::Perhaps(error) => Self::Perhaps(error),
        }
    }
}

impl Quota {
    /// Adds to a count and returns what it comes to.
    ///
    /// # Errors
    /// [`NotAdded`], with [`StoreError::Unavailable`] or [`StoreError::Corrupt`].
    pub async fn add(&self, count: &Count<'_>, more: u32) -> Result<u32, NotAdded> {
        let reply = self.send(count, more).await.map_err(not_added)?;
        reply
            .attributes
            .and_then(|item| read_number(&item, "count"))
            .ok_or_else(|| NotAdded::Perhaps(StoreError::corrupt("a count without a number")))
    }

    async fn send(
        &self,
        count: &Count<'_>,
        more: u32,
    ) -> Result<UpdateItemOutput, SdkError<UpdateItemError>> {
        let Count {
            class,
            caller,
            minute,
        } = count;
        // An item is of no use once its minute is over; expiry is not exact, and need not be.
        let expires = Timestamp::from_millis((minute + 2) * 60_000)
            .unwrap_or(Timestamp::EPOCH)
            .as_seconds();
        let once = Config::builder().retry_config(RetryConfig::disabled());
        self.0
            .client()
            .update_item()
            .table_name(self.0.table())
            .set_key(Some(key(
                &format!("count/{class}/{minute}/{caller}"),
                "count",
            )))
            .update_expression("ADD #count :more SET #expires = :expires")
            .expression_attribute_names("#count", "count")
            .expression_attribute_names("#expires", "expiresAt")
            .expression_attribute_values(":more", number(more))
            .expression_attribute_values(":expires", number(expires))
            .return_values(ReturnValue::UpdatedNew)
            .customize()
            .config_override(once)
            .send()
            .boxed()
            .await
    }
}

/// Only a refusal of the request itself, such as throttling, tells for sure that it was not carried
/// out: connections break and services fail before and after.
fn not_added(error: SdkError<UpdateItemError>) -> NotAdded {
    let refused = matches!(&error, SdkError::ServiceError(refusal)
        if refusal.raw().status().is_client_error());
    let error = unavailable(error);
    if refused {
        NotAdded::Surely(error)
    } else {
        NotAdded::Perhaps(error)
    }
}

impl Need for Quota {
    fn declare(declaration: &mut Declaration) {
        declaration.var(USAGE.var);
        declaration.grant(Grant::table(&USAGE, &[UPDATE]));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        let table = wiring.env.get(USAGE.var)?;
        Ok(Self(Db::new(wiring.aws.dynamodb(), table)))
    }
}
