//! Counts of requests, in the usage table: one item for each caller, class and minute.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | count | `count/<class>/<minute>/<caller>` | `count` |
//!
//! | access | cost |
//! |---|---|
//! | add to a count | one unconditional update: 1 write unit |

use aws_sdk_dynamodb::types::ReturnValue;

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

impl Quota {
    /// Adds to a count and returns what it comes to.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]: it may have been added all the same.
    pub async fn add(&self, count: &Count<'_>, more: u32) -> Result<u32, StoreError> {
        let Count {
            class,
            caller,
            minute,
        } = count;
        // An item is of no use once its minute is over; expiry is not exact, and need not be.
        let expires = Timestamp::from_millis((minute + 2) * 60_000)
            .unwrap_or(Timestamp::EPOCH)
            .as_seconds();
        let reply = self
            .0
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
            .send()
            .await
            .map_err(unavailable)?;
        reply
            .attributes
            .and_then(|item| read_number(&item, "count"))
            .ok_or_else(|| StoreError::corrupt("a count without a number"))
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
