//! API keys, in the platform table, which every function may read.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | key, with the digest of its text | `api-key/<id>` | `api-key` |
//! | that there is a key | `api-keys` | `<id>` |
//! | idempotency record | `once/<scope>` | `once` |
//!
//! | access | cost |
//! |---|---|
//! | a request with a key | a consistent read of it: 1 read unit |
//! | make a key | one transaction: 2 write units each for the key, its place in the list, the record and the audit trail |
//! | revoke a key | a consistent read; one transaction: 2 write units each for the key and the audit trail |
//! | page of n keys, newest first | a query of ids, a batch read: half a read unit per key |
//!
//! A key is read for each request and never remembered, so that it opens nothing from the moment it
//! is revoked. All keys are in one list: people make them by hand, so that it sees few writes.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use domain::api_key::{ApiKey, KeyName};
use domain::clock::Timestamp;
use domain::id::ApiKeyId;
use domain::role::Permission;

use crate::db::{Item, Range, from_item, key, read_text, text};
use crate::error::StoreError;
use crate::grant::{BATCH_GET, GET, Grant, PUT, QUERY, UPDATE};
use crate::handle::{Handle, modes};
use crate::once::Remembers;
use crate::page::{Bounds, Page};
use crate::tables::PLATFORM;
use crate::tx::{Terms, Tx, stored};

/// API keys, as far as `M` allows.
pub type ApiKeys<M> = Handle<PlatformRoom, M>;

modes! { PlatformRoom = PLATFORM;
    /// Finds the key that a request shows.
    Verify = [Grant::table(&PLATFORM, &[GET])];
    /// Makes keys.
    Create = [Grant::table(&PLATFORM, &[PUT])];
    /// Lists keys.
    List = [Grant::table(&PLATFORM, &[QUERY, BATCH_GET])];
    /// Revokes keys.
    Revoke = [Grant::table(&PLATFORM, &[GET, UPDATE])];
}

impl Remembers for Create {}

/// A key with the digest of its text, which is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptKey {
    /// The key.
    pub key: ApiKey,
    /// The SHA-256 digest of its text, in lower-case hex.
    pub digest: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyItem {
    v: u8,
    id: ApiKeyId,
    name: KeyName,
    prefix: String,
    digest: String,
    scopes: BTreeSet<Permission>,
    created_at: Timestamp,
    created_by: String,
    /// Not `expiresAt`, on which the table drops items: an expired key stays in the list.
    good_until: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// That there is a key: its keys say all.
#[derive(Serialize)]
struct ListedItem {
    v: u8,
}

const API_KEY: &str = "api-key";
const LIST: &str = "api-keys";

fn key_pk(id: ApiKeyId) -> String {
    format!("api-key/{id}")
}

impl From<KeptKey> for ApiKeyItem {
    fn from(kept: KeptKey) -> Self {
        let KeptKey { key, digest } = kept;
        let ApiKey {
            id,
            name,
            prefix,
            scopes,
            created_at,
            created_by,
            expires_at,
            revoked_at,
        } = key;
        Self {
            v: 1,
            id,
            name,
            prefix,
            digest,
            scopes,
            created_at,
            created_by,
            good_until: expires_at,
            revoked_at,
        }
    }
}

impl From<ApiKeyItem> for KeptKey {
    fn from(item: ApiKeyItem) -> Self {
        let ApiKeyItem {
            v: _,
            id,
            name,
            prefix,
            digest,
            scopes,
            created_at,
            created_by,
            good_until,
            revoked_at,
        } = item;
        let key = ApiKey {
            id,
            name,
            prefix,
            scopes,
            created_at,
            created_by,
            expires_at: good_until,
            revoked_at,
        };
        Self { key, digest }
    }
}

impl ApiKeys<Verify> {
    /// A key, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn find(&self, id: ApiKeyId) -> Result<Option<KeptKey>, StoreError> {
        let item = self.db.get_now(&key_pk(id), API_KEY).await?;
        item.map(kept).transpose()
    }
}

impl ApiKeys<Create> {
    /// Stages a new key.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn create(&self, tx: &mut Tx, new: KeptKey) -> Result<(), StoreError> {
        let id = new.key.id;
        let item = stored(key_pk(id), API_KEY, "api-key", &ApiKeyItem::from(new))?;
        tx.put(self.db.table(), item, Terms::absent(), |_| {
            StoreError::Stale
        });
        let listed = ListedItem { v: 1 };
        let listed = stored(LIST.to_owned(), &id.to_string(), "listed-api-key", &listed)?;
        tx.put(self.db.table(), listed, Terms::absent(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}

impl ApiKeys<List> {
    /// A page of all keys, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn all(&self, bounds: &Bounds) -> Result<Page<ApiKey>, StoreError> {
        let Page { items, place } = self.db.page(&[Range::of(LIST)], bounds).await?;
        let keys = items
            .iter()
            .filter_map(|item| read_text(item, "sk"))
            .map(|id| (format!("{API_KEY}/{id}"), API_KEY.to_owned()));
        let mut items = self
            .db
            .get_many(keys, false)
            .await?
            .into_iter()
            .map(|item| Ok(kept(item)?.key))
            .collect::<Result<Vec<ApiKey>, StoreError>>()?;
        items.sort_by_key(|key| Reverse(key.id));
        Ok(Page { items, place })
    }
}

impl ApiKeys<Revoke> {
    /// A key, as it stands this moment.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn get(&self, id: ApiKeyId) -> Result<ApiKey, StoreError> {
        let item = self.db.get_now(&key_pk(id), API_KEY).await?;
        Ok(kept(item.ok_or(StoreError::NotFound)?)?.key)
    }

    /// Stages that a key opens nothing from now on. The transaction fails with
    /// [`StoreError::Stale`] if that was done meanwhile.
    pub fn revoke(&self, tx: &mut Tx, id: ApiKeyId, now: Timestamp) {
        let terms = Terms {
            condition: Some("#revoked = :nothing".to_owned()),
            names: vec![("#revoked", "revokedAt")],
            values: vec![
                (":now", text(now)),
                (
                    ":nothing",
                    aws_sdk_dynamodb::types::AttributeValue::Null(true),
                ),
            ],
        };
        let set = "SET #revoked = :now";
        tx.update(
            self.db.table(),
            key(&key_pk(id), API_KEY),
            set,
            terms,
            |_| StoreError::Stale,
        );
    }
}

fn kept(item: Item) -> Result<KeptKey, StoreError> {
    Ok(from_item::<ApiKeyItem>(item)?.into())
}
