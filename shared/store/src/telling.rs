//! Which events were told, in the notifications table: keys and costs stand in
//! [`crate::notifications`].
//!
//! Whoever is about to send a mail claims its event first. Of deliveries that overlap, one sends; the
//! others come again and find it done. A claim runs out, so that the mail of a function that died goes
//! out all the same: then, and only then, it may go out twice.

use std::time::Duration;

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::EventId;

use crate::db::{Item, from_item, key, number, text, unavailable};
use crate::error::StoreError;
use crate::notifications::{Notifications, Notify};
use crate::tx::{Terms, stored};

/// How long a claim holds: longer than a function lives, shorter than a message stays invisible.
const LEASE: Duration = Duration::from_secs(60);
/// How long it is remembered that an event was told: longer than any message lives.
const REMEMBERED: Duration = Duration::from_secs(30 * 24 * 60 * 60);
const MAIL: &str = "mail";

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Whoever asked is to tell the event.
    Yours,
    /// Somebody else is at it.
    Others,
    /// The event was told before.
    Told,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Default)]
#[serde(rename_all = "camelCase")]
enum State {
    Claimed,
    /// Also what marks are that were written before there were claims.
    #[default]
    Told,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MarkItem {
    v: u8,
    at: Timestamp,
    #[serde(default)]
    state: State,
    /// When a claim runs out, in milliseconds since 1970.
    #[serde(default)]
    until: i64,
}

impl MarkItem {
    fn stored(self, event: EventId) -> Result<Item, StoreError> {
        let expires = self.at.plus(REMEMBERED).as_seconds();
        let mut item = stored(mail_pk(event), MAIL, MAIL, &self)?;
        item.insert("expiresAt".to_owned(), number(expires));
        Ok(item)
    }
}

impl Notifications<Notify> {
    /// Claims the mail of an event, unless somebody is at it or it was sent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn claim(&self, now: Timestamp, event: EventId) -> Result<Claim, StoreError> {
        let claim = MarkItem {
            v: 2,
            at: now,
            state: State::Claimed,
            until: now.plus(LEASE).as_millis(),
        };
        let put = self
            .db
            .client()
            .put_item()
            .table_name(self.db.table())
            .set_item(Some(claim.stored(event)?))
            .condition_expression(
                "attribute_not_exists(pk) OR (#state = :claimed AND #until <= :now)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#until", "until")
            .expression_attribute_values(":claimed", text("claimed"))
            .expression_attribute_values(":now", number(now.as_millis()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .boxed()
            .await;
        let Err(error) = put else {
            return Ok(Claim::Yours);
        };
        match error.as_service_error() {
            Some(refused) if refused.is_transaction_conflict_exception() => Ok(Claim::Others),
            Some(PutItemError::ConditionalCheckFailedException(refused)) => {
                let found = refused.item().cloned();
                let found = found.ok_or_else(|| StoreError::corrupt("a refusal without its item"));
                let found: MarkItem = from_item(found?)?;
                Ok(match found.state {
                    State::Claimed => Claim::Others,
                    State::Told => Claim::Told,
                })
            }
            _ => Err(unavailable(error)),
        }
    }

    /// Puts down that an event was told, unless whoever else claimed it has done so.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn told(&self, now: Timestamp, event: EventId) -> Result<(), StoreError> {
        let terms = Terms {
            condition: Some("#state = :claimed".to_owned()),
            names: vec![("#state", "state"), ("#at", "at"), ("#until", "until")],
            values: vec![
                (":told", text("told")),
                (":claimed", text("claimed")),
                (":now", text(now.to_string())),
                (":over", number(0)),
            ],
        };
        let expression = "SET #state = :told, #at = :now, #until = :over";
        let key = key(&mail_pk(event), MAIL);
        self.db.update_if(key, expression, terms).await?;
        Ok(())
    }
}

fn mail_pk(event: EventId) -> String {
    format!("mail/{event}")
}

#[cfg(test)]
mod tests {
    use super::{MarkItem, State};
    use serde_json::json;

    #[test]
    fn a_mark_from_before_there_were_claims_says_that_the_mail_went_out() {
        let old = json!({"v": 1, "at": "2026-01-01T00:00:00.000Z"});
        let mark: MarkItem = serde_json::from_value(old).unwrap();
        assert!(mark.state == State::Told);
    }
}
