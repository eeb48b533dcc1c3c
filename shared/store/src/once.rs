//! Idempotency records: that a request was carried out, kept in the transaction that did it.
//!
//! One item per key, `pk = once/<scope>`, `sk = once`, in the table of the service that answers.
//! It holds a fingerprint of the request and a receipt: what the first reply is rebuilt from.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use domain::clock::Timestamp;

use crate::error::StoreError;
use crate::handle::{Handle, Mode};
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
pub struct Receipt(pub(crate) Value);

impl Receipt {
    /// The facts that were put down.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if they are of another shape.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, StoreError> {
        serde_json::from_value(self.0).map_err(StoreError::corrupt)
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
        match found {
            Some(item) => match Tx::read_once(&item, once, now)? {
                Some(repeated) => Err(repeated),
                None => Ok(()),
            },
            None => Ok(()),
        }
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
}
