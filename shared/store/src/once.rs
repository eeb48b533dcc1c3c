//! Idempotency records: that a request was carried out, kept in the transaction that did it.
//!
//! One item per key, `pk = once/<scope>`, `sk = once`, in the table of the service that answers.
//! It holds a fingerprint of the request and a receipt: what the first reply is rebuilt from.
//!
//! Where somebody outside has to be asked, the record says at first only that the request has begun. How
//! it ended is added before anybody is told, and stays: what the request led to may change after it,
//! what repetitions of it are answered does not.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use futures_util::FutureExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use domain::clock::Timestamp;

use crate::db::{Item, number, read_text, text, unavailable};
use crate::error::StoreError;
use crate::handle::{Handle, Mode};
use crate::reads::{Answers, Reads};
use crate::tx::Tx;

/// A request that must be carried out only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// A digest of caller, method, path and key.
    pub scope: String,
    /// A digest of the body.
    pub fingerprint: String,
    /// Until when it is remembered.
    pub expires_at: Timestamp,
}

/// What the first reply is rebuilt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt {
    pub(crate) facts: Value,
    pub(crate) outcome: Option<Value>,
}

impl Receipt {
    /// How the request ended, if it did and was concluded.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if that is of another shape.
    pub fn outcome<T: DeserializeOwned>(&self) -> Result<Option<T>, StoreError> {
        let outcome = self.outcome.clone().map(serde_json::from_value);
        outcome.transpose().map_err(StoreError::corrupt)
    }

    /// The facts that were put down.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if they are of another shape.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, StoreError> {
        serde_json::from_value(self.facts).map_err(StoreError::corrupt)
    }
}

/// Marks the modes that keep idempotency records in their table.
pub trait Remembers: Mode {}

impl<R, M: Remembers> Handle<R, M> {
    /// Looks whether the request was carried out before, at the cost of one
    /// read unit: consistent, so that whoever has read what the request changed also sees its record.
    ///
    /// # Errors
    /// [`StoreError::Repeated`] with its receipt if it was, [`StoreError::KeyReused`] if the key
    /// belongs to another request.
    pub async fn recall(&self, once: Option<&Once>, now: Timestamp) -> Result<(), StoreError> {
        let Some(once) = once else { return Ok(()) };
        let found = self.db.get_now(&Tx::once_pk(once), Tx::ONCE_SK).await?;
        first_time(found, once, now)
    }

    /// Wants to know, among other things, whether the request was carried out before, at the same cost. What is
    /// read together is read in no order: a handler that refuses by something that the request itself may have
    /// changed reads that first, and then [recalls](Self::recall).
    pub fn recall_among(&self, reads: &mut Reads, once: Option<&Once>) {
        if let Some(once) = once {
            self.db.want_now(reads, &Tx::once_pk(once), Tx::ONCE_SK);
        }
    }

    /// Says what was found out about that.
    ///
    /// # Errors
    /// As of [`recall`](Self::recall).
    pub fn recalled(
        &self,
        answers: &mut Answers,
        once: Option<&Once>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(once) = once else { return Ok(()) };
        let found = self.db.found(answers, &Tx::once_pk(once), Tx::ONCE_SK);
        first_time(found, once, now)
    }

    /// Stages the record of the request with what its reply is rebuilt from.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the facts cannot be written.
    pub fn remember(
        &self,
        tx: &mut Tx,
        once: Option<&Once>,
        facts: &impl Serialize,
    ) -> Result<(), StoreError> {
        let Some(once) = once else { return Ok(()) };
        let facts = serde_json::to_string(facts).map_err(StoreError::corrupt)?;
        tx.put_once(self.db.table(), once, facts);
        Ok(())
    }

    /// Adds how a request ended to its record, at the cost of a write unit per KB. Whoever comes first
    /// says how: what is to be answered is what comes back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn conclude<T: Serialize + DeserializeOwned>(
        &self,
        once: Option<&Once>,
        now: Timestamp,
        facts: &impl Serialize,
        outcome: T,
    ) -> Result<T, StoreError> {
        let Some(once) = once else {
            return Ok(outcome);
        };
        let facts = serde_json::to_string(facts).map_err(StoreError::corrupt)?;
        let words = serde_json::to_string(&outcome).map_err(StoreError::corrupt)?;
        let mut item = Tx::once_item(once, facts);
        item.insert(OUTCOME.to_owned(), text(words));
        let put = self
            .db
            .client()
            .put_item()
            .table_name(self.db.table())
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#outcome) OR #expires <= :now")
            .expression_attribute_names("#outcome", OUTCOME)
            .expression_attribute_names("#expires", "expiresAt")
            .expression_attribute_values(":now", number(now.as_seconds()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .boxed()
            .await;
        let Err(error) = put else {
            return Ok(outcome);
        };
        let found = match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refused)) => refused.item(),
            _ => return Err(unavailable(error)),
        };
        let words = found.and_then(|item| read_text(item, OUTCOME));
        let words = words.ok_or_else(|| StoreError::corrupt("an outcome that is not there"))?;
        serde_json::from_str(words).map_err(StoreError::corrupt)
    }
}

/// Nothing is wrong unless there is a record of the request.
fn first_time(found: Option<Item>, once: &Once, now: Timestamp) -> Result<(), StoreError> {
    let repeated = found.map(|item| Tx::read_once(&item, once, now));
    match repeated.transpose()?.flatten() {
        Some(repeated) => Err(repeated),
        None => Ok(()),
    }
}

/// How the request ended.
pub(crate) const OUTCOME: &str = "outcome";
