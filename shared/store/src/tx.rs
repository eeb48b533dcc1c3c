//! Transactions: everything that must change together, across tables, or nothing at all.
//!
//! Each staged write carries the meaning of its failed condition, so that a cancelled transaction
//! comes back as what happened in the shop. A transaction that meets another one in flight is
//! tried again with full jitter up to a deadline; the SDK does not do that.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure,
    TransactWriteItem, Update,
};
use futures_util::FutureExt;
use tokio::time::Instant;

use domain::clock::Timestamp;
use domain::stock::Shortage;

use crate::db::{Item, number, read_number, read_text, text, to_item};
use crate::error::StoreError;
use crate::event::{Envelope, Event, Stamp};
use crate::once::{OUTCOME, Once, Receipt};

/// The most actions that DynamoDB takes in one transaction.
pub(crate) const MOST_ACTIONS: usize = 100;
/// What the sort keys of events begin with.
pub(crate) const OUTBOX: &str = "event/";
/// How long an event stays in the outbox, so that it can be replayed.
const OUTBOX_DAYS: u64 = 7;
/// How long a transaction is tried again.
const PATIENCE: Duration = Duration::from_millis(4_000);
/// The ceiling of the first pause; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// What a failed condition means, given the item as it was found.
type Meaning = Box<dyn Fn(Option<&Item>) -> StoreError + Send + Sync>;

/// Staged writes.
pub struct Tx {
    client: Client,
    stamp: Stamp,
    actions: Vec<TransactWriteItem>,
    meanings: Vec<Meaning>,
}

/// A condition and the values it names; names are written `#name`, values `:value`.
#[derive(Default)]
pub(crate) struct Terms {
    pub(crate) condition: Option<String>,
    pub(crate) names: Vec<(&'static str, &'static str)>,
    pub(crate) values: Vec<(&'static str, aws_sdk_dynamodb::types::AttributeValue)>,
}

impl Terms {
    /// The item must not exist yet.
    pub(crate) fn absent() -> Self {
        Self {
            condition: Some("attribute_not_exists(pk)".to_owned()),
            ..Self::default()
        }
    }

    /// The item must be at the version before this one; at the first version it must not exist yet.
    pub(crate) fn over(version: u64) -> Self {
        match version.checked_sub(1) {
            None | Some(0) => Self::absent(),
            Some(read) => Self::version(read),
        }
    }

    /// The item must still have the version it was read with.
    pub(crate) fn version(read: u64) -> Self {
        Self {
            condition: Some("#version = :version".to_owned()),
            names: vec![("#version", "version")],
            values: vec![(":version", number(read))],
        }
    }
}

impl Tx {
    pub(crate) const ONCE_SK: &'static str = "once";

    pub(crate) fn new(client: Client, stamp: Stamp) -> Self {
        Self {
            client,
            stamp,
            actions: Vec::new(),
            meanings: Vec::new(),
        }
    }

    fn stage(&mut self, action: TransactWriteItem, meaning: Meaning) {
        self.actions.push(action);
        self.meanings.push(meaning);
    }

    pub(crate) fn put(
        &mut self,
        table: &str,
        item: Item,
        terms: Terms,
        meaning: impl Fn(Option<&Item>) -> StoreError + Send + Sync + 'static,
    ) {
        let mut put = Put::builder()
            .table_name(table)
            .set_item(Some(item))
            .set_condition_expression(terms.condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, attribute) in terms.names {
            put = put.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            put = put.expression_attribute_values(name, value);
        }
        self.stage(
            TransactWriteItem::builder()
                .set_put(put.build().ok())
                .build(),
            Box::new(meaning),
        );
    }

    pub(crate) fn update(
        &mut self,
        table: &str,
        key: Item,
        expression: &str,
        terms: Terms,
        meaning: impl Fn(Option<&Item>) -> StoreError + Send + Sync + 'static,
    ) {
        let mut update = Update::builder()
            .table_name(table)
            .set_key(Some(key))
            .update_expression(expression)
            .set_condition_expression(terms.condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for (name, attribute) in terms.names {
            update = update.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            update = update.expression_attribute_values(name, value);
        }
        self.stage(
            TransactWriteItem::builder()
                .set_update(update.build().ok())
                .build(),
            Box::new(meaning),
        );
    }

    pub(crate) fn delete(
        &mut self,
        table: &str,
        key: Item,
        terms: Terms,
        meaning: impl Fn(Option<&Item>) -> StoreError + Send + Sync + 'static,
    ) {
        let mut delete = Delete::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(terms.condition);
        for (name, attribute) in terms.names {
            delete = delete.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            delete = delete.expression_attribute_values(name, value);
        }
        self.stage(
            TransactWriteItem::builder()
                .set_delete(delete.build().ok())
                .build(),
            Box::new(meaning),
        );
    }

    pub(crate) fn check(
        &mut self,
        table: &str,
        key: Item,
        terms: Terms,
        meaning: impl Fn(Option<&Item>) -> StoreError + Send + Sync + 'static,
    ) {
        let mut check = ConditionCheck::builder()
            .table_name(table)
            .set_key(Some(key))
            .set_condition_expression(terms.condition);
        for (name, attribute) in terms.names {
            check = check.expression_attribute_names(name, attribute);
        }
        for (name, value) in terms.values {
            check = check.expression_attribute_values(name, value);
        }
        self.stage(
            TransactWriteItem::builder()
                .set_condition_check(check.build().ok())
                .build(),
            Box::new(meaning),
        );
    }

    /// Stages an event into the outbox of `table`, in the partition of its aggregate.
    pub(crate) fn emit(
        &mut self,
        table: &str,
        aggregate_pk: &str,
        sequence: u64,
        event: Event,
    ) -> Result<(), StoreError> {
        let envelope = Envelope::seal(&self.stamp, aggregate_pk.to_owned(), sequence, event);
        let json = envelope.to_json().map_err(StoreError::corrupt)?;
        let sk = format!("{OUTBOX}{sequence:012}/{}", envelope.id);
        let expires = self
            .stamp
            .now
            .plus(Duration::from_secs(OUTBOX_DAYS * 24 * 60 * 60));
        let item = Item::from([
            ("pk".to_owned(), text(aggregate_pk)),
            ("sk".to_owned(), text(sk)),
            ("kind".to_owned(), text("event")),
            ("v".to_owned(), number(1)),
            ("event".to_owned(), text(json)),
            ("expiresAt".to_owned(), number(expires.as_seconds())),
        ]);
        // The id is new, so that no condition is needed and none can fail.
        self.put(table, item, Terms::default(), |_| StoreError::Stale);
        Ok(())
    }

    pub(crate) fn once_pk(once: &Once) -> String {
        format!("once/{}", once.scope)
    }

    /// The record that `once` was carried out.
    pub(crate) fn once_item(once: &Once, facts: String) -> Item {
        Item::from([
            ("pk".to_owned(), text(Self::once_pk(once))),
            ("sk".to_owned(), text(Self::ONCE_SK)),
            ("kind".to_owned(), text("once")),
            ("v".to_owned(), number(1)),
            ("fingerprint".to_owned(), text(&once.fingerprint)),
            ("facts".to_owned(), text(facts)),
            ("expiresAt".to_owned(), number(once.expires_at.as_seconds())),
        ])
    }

    /// Stages the record that `once` was carried out.
    pub(crate) fn put_once(&mut self, table: &str, once: &Once, facts: String) {
        let now = self.stamp.now;
        let item = Self::once_item(once, facts);
        let terms = Terms {
            condition: Some("attribute_not_exists(pk) OR #expires <= :now".to_owned()),
            names: vec![("#expires", "expiresAt")],
            values: vec![(":now", number(now.as_seconds()))],
        };
        let sought = once.clone();
        self.put(table, item, terms, move |found| {
            let meaning = found.map(|item| Self::read_once(item, &sought, now));
            match meaning {
                Some(Ok(Some(repeated))) => repeated,
                Some(Err(corrupt)) => corrupt,
                _ => StoreError::Stale,
            }
        });
    }

    /// What an idempotency record says of a request; nothing if it has expired.
    pub(crate) fn read_once(
        item: &Item,
        once: &Once,
        now: Timestamp,
    ) -> Result<Option<StoreError>, StoreError> {
        let expires: i64 = read_number(item, "expiresAt")
            .ok_or_else(|| StoreError::corrupt("an idempotency record without expiry"))?;
        if expires <= now.as_seconds() {
            return Ok(None);
        }
        if read_text(item, "fingerprint") != Some(&once.fingerprint) {
            return Ok(Some(StoreError::KeyReused));
        }
        let facts = read_text(item, "facts")
            .ok_or_else(|| StoreError::corrupt("an idempotency record without facts"))?;
        let facts = serde_json::from_str(facts).map_err(StoreError::corrupt)?;
        let outcome = read_text(item, OUTCOME).map(serde_json::from_str);
        let outcome = outcome.transpose().map_err(StoreError::corrupt)?;
        Ok(Some(StoreError::Repeated(Receipt { facts, outcome })))
    }

    /// Carries out all that is staged, or nothing.
    ///
    /// # Errors
    /// What the failed conditions mean: that the request was carried out before, if one says so;
    /// else the shortages of all SKUs together; else the first. [`StoreError::Unavailable`] when
    /// other transactions stayed in the way, or the service did not answer.
    pub async fn commit(self) -> Result<(), StoreError> {
        let deadline = Instant::now() + PATIENCE;
        let mut ceiling = FIRST_PAUSE;
        loop {
            let error = match self.send().await {
                Err(StoreError::Contended(error)) => error,
                done => return done,
            };
            let pause = ceiling.mul_f64(fastrand::f64());
            if Instant::now() + pause >= deadline {
                return Err(StoreError::Unavailable(error));
            }
            tokio::time::sleep(pause).await;
            ceiling = (ceiling * 2).min(LONGEST_PAUSE);
        }
    }

    /// The same, tried once, for those who have another way when others are in this one.
    ///
    /// # Errors
    /// Those of [`Self::commit`], and [`StoreError::Contended`].
    pub async fn commit_once(self) -> Result<(), StoreError> {
        self.send().await
    }

    async fn send(&self) -> Result<(), StoreError> {
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(self.actions.clone()))
            .send()
            .boxed()
            .await;
        let Err(error) = sent else { return Ok(()) };
        Err(match self.meaning(&error) {
            Some(meaning) => meaning,
            None if is_contention(&error) => StoreError::Contended(Box::new(error)),
            None => StoreError::unavailable(error),
        })
    }

    fn meaning(&self, error: &SdkError<TransactWriteItemsError>) -> Option<StoreError> {
        let mut shortages: Vec<Shortage> = Vec::new();
        let mut first = None;
        for (reason, meaning) in reasons(error).iter().zip(&self.meanings) {
            if reason.code() != Some("ConditionalCheckFailed") {
                continue;
            }
            match meaning(reason.item()) {
                done @ (StoreError::Repeated(_) | StoreError::KeyReused) => return Some(done),
                StoreError::Short(short) => shortages.extend(short),
                other => first = first.or(Some(other)),
            }
        }
        if shortages.is_empty() {
            first
        } else {
            Some(StoreError::Short(shortages))
        }
    }
}

fn reasons(error: &SdkError<TransactWriteItemsError>) -> &[CancellationReason] {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            cancelled.cancellation_reasons()
        }
        _ => &[],
    }
}

/// Whether another transaction, or the table's capacity, was in the way: worth another try.
fn is_contention(error: &SdkError<TransactWriteItemsError>) -> bool {
    match error.as_service_error() {
        Some(
            TransactWriteItemsError::TransactionInProgressException(_)
            | TransactWriteItemsError::ProvisionedThroughputExceededException(_)
            | TransactWriteItemsError::RequestLimitExceeded(_),
        ) => return true,
        Some(other) if other.code() == Some("ThrottlingException") => return true,
        _ => {}
    }
    let reasons = reasons(error);
    !reasons.is_empty()
        && reasons.iter().all(|reason| {
            matches!(
                reason.code(),
                None | Some(
                    "None"
                        | "TransactionConflict"
                        | "ThrottlingError"
                        | "ProvisionedThroughputExceeded"
                )
            )
        })
}

/// An item that records a stored form under its key.
pub(crate) fn stored(
    pk: String,
    sk: &str,
    kind: &'static str,
    form: &impl serde::Serialize,
) -> Result<Item, StoreError> {
    let mut item = to_item(pk, sk, form)?;
    item.insert("kind".to_owned(), text(kind));
    Ok(item)
}
