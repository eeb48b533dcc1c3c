//! To which addresses the shop has given its admin role by itself, or staff have taken it from, in the
//! users table. It is given to an address once: whoever was dismissed stays so, under whatever account.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | appointment | `appointed/<digest of the email>` | `appointed` |
//!
//! | access | cost |
//! |---|---|
//! | ask, for the one address that the deployment names | 1 read unit |
//! | put down | 2 write units in a transaction |

use serde::Serialize;

use domain::email::Email;

use crate::digest::digest;
use crate::error::StoreError;
use crate::handle::{Handle, Mode};
use crate::tx::{Terms, Tx, stored};
use crate::users::UsersRoom;

const APPOINTED: &str = "appointed";

/// Marks the modes that make and dismiss admins.
pub trait Appoints: Mode<Room = UsersRoom> {}

/// That the role is not to be given by itself any more: its keys say all.
#[derive(Serialize)]
struct AppointmentItem {
    v: u8,
}

fn pk(email: &Email) -> String {
    format!("appointed/{}", digest(&[&email.canonical()]))
}

impl<M: Appoints> Handle<UsersRoom, M> {
    /// Whether an address has had the admin role.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn was_appointed(&self, email: &Email) -> Result<bool, StoreError> {
        let item = self.db.get_now(&pk(email), APPOINTED).await?;
        Ok(item.is_some())
    }

    /// Stages that an address has had the admin role. Whoever does so writes its account as well, over
    /// the version that was read: that is all the condition there needs to be.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if it cannot be written.
    pub fn put_appointed(&self, tx: &mut Tx, email: &Email) -> Result<(), StoreError> {
        let form = AppointmentItem { v: 1 };
        let item = stored(pk(email), APPOINTED, "appointment", &form)?;
        tx.put(self.db.table(), item, Terms::default(), |_| {
            StoreError::Stale
        });
        Ok(())
    }
}
