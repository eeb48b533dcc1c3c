//! The audit trail: who did what to whose account, and from where.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::id::{AuditId, UserId};
use crate::value::word_enum;

word_enum! {
    /// What was done.
    pub enum AuditAction {
        /// A refresh token came again after its grace: the session is ended, for either side may be a thief.
        SessionReplayed => "session.replayed",
        /// Somebody ended a session, their own or, as staff, another's.
        SessionRevoked => "session.revoked",
        /// An account takes no more passwords for a while, after too many wrong ones. Without a user, it is an address that has no account, which is guarded the same.
        AccountLocked => "account.locked",
        /// A password was changed by whoever knew it.
        PasswordChanged => "password.changed",
        /// A password was reset by whoever reads the account's mail.
        PasswordReset => "password.reset",
        /// The owner of an address has shown that they read it.
        EmailVerified => "email.verified",
        /// An account moved to another address.
        EmailChanged => "email.changed",
        /// An account was changed by staff, or made the shop's first admin: its roles, its status or
        /// its profile.
        UserChanged => "user.changed",
        /// Staff erased an account.
        UserErased => "user.erased",
        /// An API key was made.
        ApiKeyCreated => "apiKey.created",
        /// An API key was revoked.
        ApiKeyRevoked => "apiKey.revoked",
    }
}

/// One entry of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Names the entry; sorts by when it was made.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: AuditAction,
    /// Who did it, as requests name their callers: `user/<id>`, `key/<id>`, `anonymous`.
    pub actor: String,
    /// Whose account it is about, if it is about one.
    pub subject: Option<UserId>,
    /// The network address it came from.
    pub address: String,
    /// The W3C traceparent of the request.
    pub trace: String,
    /// What else is to be known: old and new values of what changed, ids of what was made. Never a
    /// secret.
    pub details: BTreeMap<String, String>,
}
