//! The usage table: what is noted in passing while requests are answered.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | when an API key was last used | `key/<id>` | `seen` |
//!
//! | access | cost |
//! |---|---|
//! | a key is seen | 1 write unit, at most once in 5 minutes for each key and instance |
//! | last use of n keys | half a read unit each |
//!
//! It is a table of its own, so that every function may write to it and to nothing else that is shared.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::timeout;

use domain::clock::Timestamp;
use domain::id::ApiKeyId;

use crate::db::{Db, key, number, read_text, text};
use crate::error::StoreError;
use crate::grant::{BATCH_GET, Grant, UPDATE};
use crate::handle::{Handle, modes};
use crate::need::{Declaration, Need, StartError, Wiring};
use crate::tables::USAGE;

modes! { UsageRoom = USAGE;
    /// Reads when keys were last used.
    ReadLastUse = [Grant::table(&USAGE, &[BATCH_GET])];
}

/// When keys were last used.
pub type LastUse = Handle<UsageRoom, ReadLastUse>;

const SEEN: &str = "seen";
const LAST_USED_AT: &str = "lastUsedAt";
/// How exactly the last use is known: what comes sooner than this after a note is not noted.
const NOTED_EVERY: Duration = Duration::from_secs(5 * 60);
/// How long a request waits for its note to be written.
const PATIENCE: Duration = Duration::from_secs(1);
/// For how many keys an instance remembers its last note.
const MOST_REMEMBERED: usize = 1_000;
/// How long a note is kept: longer than any key is good for.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Notes what is used.
pub struct Usage {
    db: Db,
    noted: Mutex<HashMap<ApiKeyId, Timestamp>>,
}

impl Usage {
    /// Notes that a key is used. A note that cannot be written is not worth a failed request.
    pub async fn seen(&self, id: ApiKeyId, now: Timestamp) {
        if !self.is_due(id, now) {
            return;
        }
        let writing = self
            .db
            .client()
            .update_item()
            .table_name(self.db.table())
            .set_key(Some(key(&key_pk(id), SEEN)))
            .update_expression("SET #at = :at, #expires = :expires")
            .expression_attribute_names("#at", LAST_USED_AT)
            .expression_attribute_names("#expires", "expiresAt")
            .expression_attribute_values(":at", text(now))
            .expression_attribute_values(":expires", number(now.plus(KEPT).as_seconds()))
            .send()
            .boxed();
        match timeout(PATIENCE, writing).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the last use of a key is not noted"),
            Err(_elapsed) => tracing::warn!("the last use of a key is not noted in time"),
        }
    }

    /// Whether a use is to be noted; it then counts as noted.
    fn is_due(&self, id: ApiKeyId, now: Timestamp) -> bool {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = noted.get(&id)
            && now.since(*at) < NOTED_EVERY
        {
            return false;
        }
        if noted.len() >= MOST_REMEMBERED {
            noted.clear();
        }
        noted.insert(id, now);
        true
    }
}

impl Need for Usage {
    fn declare(declaration: &mut Declaration) {
        declaration.var(USAGE.var);
        declaration.grant(Grant::table(&USAGE, &[UPDATE]));
    }

    async fn wire(wiring: &Wiring) -> Result<Self, StartError> {
        Ok(Self {
            db: Db::new(wiring.aws.dynamodb(), wiring.env.get(USAGE.var)?),
            noted: Mutex::default(),
        })
    }
}

impl LastUse {
    /// When each of these keys was last used; those that never were are left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn of(
        &self,
        ids: impl IntoIterator<Item = ApiKeyId>,
    ) -> Result<BTreeMap<ApiKeyId, Timestamp>, StoreError> {
        let keys = ids.into_iter().map(|id| (key_pk(id), SEEN.to_owned()));
        let items = self.db.get_many(keys, false).await?;
        items
            .iter()
            .map(|item| {
                let id = read_text(item, "pk").and_then(|pk| pk.strip_prefix(KEY));
                let at = read_text(item, LAST_USED_AT);
                let (Some(id), Some(at)) = (id, at) else {
                    return Err(StoreError::corrupt("a note of a use that names no key"));
                };
                let id = id.parse().map_err(StoreError::corrupt)?;
                Ok((id, at.parse().map_err(StoreError::corrupt)?))
            })
            .collect()
    }
}

const KEY: &str = "key/";

fn key_pk(id: ApiKeyId) -> String {
    format!("{KEY}{id}")
}
