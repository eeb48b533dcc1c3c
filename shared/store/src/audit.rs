//! The audit trail, in the users table. An entry is staged in the transaction of what it tells of, so
//! that nothing sensitive happens without it.
//!
//! | item | pk | sk | index `everyAudit` |
//! |---|---|---|---|
//! | entry | `audit/<user>`, or `audit/shop` for what is about no user | `<id>` | `audit/<shard>`, `<id>` |
//!
//! | access | cost |
//! |---|---|
//! | one entry more | 2 write units in its transaction, 1 for the index |
//! | page of n entries, of one user or of all, newest first | half a read unit per 4 KB of entries |

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use domain::audit::{AuditAction, AuditEntry};
use domain::clock::Timestamp;
use domain::id::{AuditId, UserId};

use crate::db::{Item, Range, from_item, number, shard, text};
use crate::error::StoreError;
use crate::grant::{Grant, PUT, QUERY};
use crate::handle::{Handle, Mode};
use crate::page::{Bounds, Page};
use crate::tables::{EVERY_AUDIT, SHARDS, USERS};
use crate::tx::{Terms, Tx, stored};
use crate::users::UsersRoom;

/// How long an entry is kept.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The audit trail, as far as `M` allows.
pub type AuditTrail<M> = Handle<UsersRoom, M>;

/// Puts down what is done, and nothing else.
pub enum Write {}

impl Mode for Write {
    type Room = UsersRoom;
    const GRANTS: &'static [Grant] = &[Grant::table(&USERS, &[PUT])];
}

/// Reads the trail.
pub enum Read {}

impl Mode for Read {
    type Room = UsersRoom;
    const GRANTS: &'static [Grant] = &[
        Grant::table(&USERS, &[QUERY]),
        Grant::query(&USERS, "everyAudit"),
    ];
}

/// Marks the modes that put down what they do.
pub trait Audits: Mode<Room = UsersRoom> {}
impl Audits for Write {}

/// Part of the trail: from an instant on, and before another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// The first instant that belongs to it.
    pub from: Option<Timestamp>,
    /// The first instant that no longer does.
    pub to: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AuditItem {
    v: u8,
    id: AuditId,
    at: Timestamp,
    action: AuditAction,
    actor: String,
    subject: Option<UserId>,
    address: String,
    trace: String,
    details: BTreeMap<String, String>,
}

impl<M: Audits> Handle<UsersRoom, M> {
    /// Stages an entry of the audit trail.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn audit(&self, tx: &mut Tx, entry: &AuditEntry) -> Result<(), StoreError> {
        let AuditEntry {
            id,
            at,
            action,
            actor,
            subject,
            address,
            trace,
            details,
        } = entry.clone();
        let form = AuditItem {
            v: 1,
            id,
            at,
            action,
            actor,
            subject,
            address,
            trace,
            details,
        };
        let mut item = stored(partition(subject), &id.to_string(), "audit", &form)?;
        let shard = shard(*id.as_uuid());
        item.insert(EVERY_AUDIT.pk.to_owned(), text(format!("audit/{shard}")));
        item.insert(EVERY_AUDIT.sk.to_owned(), text(id.to_string()));
        let expires = at.plus(KEPT).as_seconds();
        item.insert("expiresAt".to_owned(), number(expires));
        // The id is new, so that no condition is needed and none can fail.
        tx.put(self.db.table(), item, Terms::default(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl AuditTrail<Read> {
    /// A page of the entries of a period, newest first: those about a user, or all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn page(
        &self,
        about: Option<UserId>,
        period: Period,
        bounds: &Bounds,
    ) -> Result<Page<AuditEntry>, StoreError> {
        let within = |range: Range<'static>| Range {
            from: period.from.map(first_id),
            // The bound is included, but no id is as short as this.
            to: period.to.map(first_id),
            ..range
        };
        let ranges: Vec<Range<'_>> = match about {
            Some(user) => vec![within(Range::of(partition(Some(user))))],
            None => (0..SHARDS)
                .map(|shard| within(Range::on(&EVERY_AUDIT, format!("audit/{shard}"))))
                .collect(),
        };
        self.db.page(&ranges, bounds).await?.try_map(entry)
    }
}

/// What the ids of an instant begin with, and those before it sort below: its 48 bits of milliseconds.
fn first_id(at: Timestamp) -> String {
    let millis = at.as_millis().max(0);
    format!("{:08x}-{:04x}", millis >> 16, millis & 0xffff)
}

/// Where the entries about a user stand, or those about no user.
fn partition(subject: Option<UserId>) -> String {
    subject.map_or_else(
        || "audit/shop".to_owned(),
        |subject| format!("audit/{subject}"),
    )
}

/// The entry that an item holds.
fn entry(item: Item) -> Result<AuditEntry, StoreError> {
    let AuditItem {
        v: _,
        id,
        at,
        action,
        actor,
        subject,
        address,
        trace,
        details,
    } = from_item(item)?;
    Ok(AuditEntry {
        id,
        at,
        action,
        actor,
        subject,
        address,
        trace,
        details,
    })
}
