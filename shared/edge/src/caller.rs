//! Who sends a request, and what they may do.

use std::collections::BTreeSet;

use domain::email::Email;
use domain::id::{ApiKeyId, OrderId, SessionId, UserId};
use domain::role::{Permission, Role};

use crate::problem::{Code, Failure};

/// The sender of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody we know.
    Anonymous,
    /// A person with an account.
    User(Account),
    /// Whoever holds the token of one order.
    OrderHolder(OrderId),
    /// A server with an API key.
    Key(Key),
}

/// What an API key allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Which key.
    pub id: ApiKeyId,
    /// Its scopes.
    pub scopes: BTreeSet<Permission>,
}

/// What an access token says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub user: UserId,
    /// Their address.
    pub email: Email,
    /// Their roles.
    pub roles: BTreeSet<Role>,
    /// What the roles allow.
    pub permissions: BTreeSet<Permission>,
    /// The session the token was issued in.
    pub session: SessionId,
    /// The account's epoch when it was issued.
    pub epoch: u32,
}

impl Caller {
    /// Whether the caller has a permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::User(account) => account.permissions.contains(&permission),
            Self::Key(key) => key.scopes.contains(&permission),
            Self::Anonymous | Self::OrderHolder(_) => false,
        }
    }

    /// The person, if signed in.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User(account) => Some(account.user),
            Self::Anonymous | Self::OrderHolder(_) | Self::Key(_) => None,
        }
    }

    /// The account of a caller that a route has let in only with one.
    ///
    /// # Errors
    /// 401 for anybody else, 403 for an API key, which belongs to nobody.
    pub fn account(&self) -> Result<&Account, Failure> {
        match self {
            Self::User(account) => Ok(account),
            Self::Key(_) => {
                Err(Failure::new(Code::Forbidden).error("an API key has no account of its own"))
            }
            Self::Anonymous | Self::OrderHolder(_) => Err(Failure::new(Code::Unauthenticated)),
        }
    }

    /// Lets through whoever owns an order, holds its token, or may do so as staff. To everybody
    /// else it does not exist.
    ///
    /// # Errors
    /// 404.
    pub fn must_own(
        &self,
        owner: Option<UserId>,
        order: OrderId,
        staff: Permission,
    ) -> Result<(), Failure> {
        let owns = match self {
            Self::User(account) => owner == Some(account.user),
            Self::OrderHolder(held) => *held == order,
            Self::Anonymous | Self::Key(_) => false,
        };
        if owns || self.may(staff) {
            Ok(())
        } else {
            Err(Failure::new(Code::NotFound))
        }
    }

    /// A name for the scope of idempotency keys and for logs.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::User(account) => format!("user/{}", account.user),
            Self::OrderHolder(order) => format!("order/{order}"),
            Self::Key(key) => format!("key/{}", key.id),
        }
    }
}
