//! SES: mail is captured instead of sent.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::clock::Timestamp;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::{AttributeValue, Database};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Service;
use super::error::CloudError;
use super::reply::{Reply, error, rest_json};
use super::tables::{all_items, create_own_table};

const TABLE: &str = "_local-mail";

/// A captured mail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Email {
    /// The message id that SES answered with; ids sort by time.
    pub id: String,
    /// To whom; several addresses are separated by a comma and a space.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain text, empty if there is none.
    pub text: String,
    /// The HTML, if there is any.
    pub html: Option<String>,
    /// When it was sent.
    pub at: Timestamp,
}

/// Everything that was sent, also kept in the database if that is durable.
pub(crate) struct Mail {
    sent: Mutex<Vec<Email>>,
    db: Option<Database>,
}

impl Mail {
    /// The mail of a durable database, or none yet.
    pub(crate) fn open(db: Option<Database>) -> Result<Self, CloudError> {
        let mut sent: Vec<Email> = Vec::new();
        if let Some(db) = &db {
            create_own_table(db, TABLE)?;
            for item in all_items(db, TABLE)? {
                if let Some(AttributeValue::S(email)) = item.get("email") {
                    sent.push(serde_json::from_str(email)?);
                }
            }
            sent.sort_by(|one, other| one.id.cmp(&other.id));
        }
        Ok(Self {
            sent: Mutex::new(sent),
            db,
        })
    }

    pub(crate) fn sent(&self) -> Vec<Email> {
        self.locked().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.locked().len()
    }

    /// Carries out `SendEmail`.
    pub(crate) fn send(&self, body: &[u8], now: Timestamp) -> Reply {
        let Ok(request) = serde_json::from_slice::<SendEmail>(body) else {
            return bad("the request cannot be read");
        };
        let Some(mail) = request.content.simple else {
            return bad("only simple content is taken here");
        };
        let destination = request.destination;
        let to = [
            destination.to_addresses,
            destination.cc_addresses,
            destination.bcc_addresses,
        ]
        .concat();
        if to.is_empty() {
            return bad("the mail has no recipient");
        }
        let mut sent = self.locked();
        let email = Email {
            id: format!("{:013}-{:06}", now.as_millis(), sent.len()),
            to: to.join(", "),
            subject: mail.subject.data,
            text: mail.body.text.map(|text| text.data).unwrap_or_default(),
            html: mail.body.html.map(|html| html.data),
            at: now,
        };
        if let Err(problem) = self.keep(&email) {
            tracing::error!(error = %problem, "a mail cannot be kept");
            return error(
                Service::Ses,
                500,
                "InternalServiceErrorException",
                "the mail cannot be kept",
            );
        }
        let reply = rest_json(200, json!({ "MessageId": email.id }).to_string());
        sent.push(email);
        reply
    }

    fn keep(&self, email: &Email) -> Result<(), CloudError> {
        let Some(db) = &self.db else { return Ok(()) };
        db.put_item(PutItemRequest {
            table_name: TABLE.to_owned(),
            item: dynoxide::item! {
                "pk" => "mail", "sk" => email.id.as_str(),
                "email" => serde_json::to_string(email)?,
            },
            ..PutItemRequest::default()
        })?;
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Email>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bare address that a `SendEmail` is sent from, without its display name.
pub(crate) fn sender(body: &[u8]) -> Option<String> {
    let from = serde_json::from_slice::<SendEmail>(body)
        .ok()?
        .from_email_address?;
    let address = from
        .rsplit_once('<')
        .map_or(from.as_str(), |(_, address)| address.trim_end_matches('>'));
    Some(address.trim().to_owned())
}

fn bad(message: &str) -> Reply {
    error(Service::Ses, 400, "BadRequestException", message)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendEmail {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "PascalCase")]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Option<Simple>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}
