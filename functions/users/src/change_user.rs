//! `PATCH /users/{id}`: staff change an account: what its owner is called and may do, and whether they
//! may at all.

use std::collections::BTreeSet;

use domain::audit::AuditAction;
use domain::country::Country;
use domain::machine::{Machine, Moves};
use domain::role::{Permission, Role};
use domain::text::PersonName;
use domain::user::{Administered, Untouchable, User, UserStatus};
use edge::{Auth, Caller, Code, Document, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::people::{self, People};
use store::tx::Tx;

use crate::user::{UserPath, UserView};

/// Changes an account.
pub(crate) struct ChangeUser;

/// What staff may change of an account.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "AdministeredUser")]
pub(crate) struct UserDocument {
    /// What the person is called.
    name: PersonName,
    /// Where the person lives; null if that is not known.
    country: Option<Country>,
    /// What the person may do. Whoever gives a role must have all that it permits.
    #[schemars(with = "Vec<Role>", length(min = 1, max = 10))]
    roles: BTreeSet<Role>,
    /// Whether the account can be used; to suspend it ends its sessions.
    status: OpenOrClosed,
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum OpenOrClosed {
    /// It can.
    Active,
    /// Staff has closed it.
    Suspended,
}

impl Endpoint for ChangeUser {
    const ROUTE: Route = Route::patch("/users/{id}", "Change a user")
        .auth(Auth::Staff(Permission::UsersWrite))
        .vouched()
        .errors(&[Code::InvalidState, Code::PatchFailed]);
    const MOVES: &'static [Moves] = &[
        Moves::to::<UserStatus>(UserStatus::Active.as_str()),
        Moves::to::<UserStatus>(UserStatus::Suspended.as_str()),
    ];
    type Needs = (People<people::Administer>,);
    type Path = UserPath;
    type Query = Nothing;
    type Body = UserDocument;
    type Reply = UserView;

    async fn document(
        (people,): &Self::Needs,
        path: &UserPath,
        _: &Caller,
    ) -> Result<Document, Failure> {
        let user = people.get(path.id).await?;
        let version = user.version;
        Document::of(&UserDocument::of(user)?, version)
    }

    async fn handle((people,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<UserView>, Failure> {
        let old = people.get(rq.path.id).await?;
        rq.expects(old.version)?;
        let wished = Administered::from(rq.body.clone());
        for role in wished.roles.difference(&old.roles) {
            may_give(&rq.caller, *role)?;
        }
        let new = old
            .administered(wished, rq.caller.user(), rq.now())
            .map_err(untouchable)?;
        let mut entry = rq.audit(AuditAction::UserChanged, Some(old.id));
        entry.details.extend(differences(&old, &new));
        let mut tx = people.begin(&rq.stamp);
        keep_an_admin(people, &mut tx, &old, &new).await?;
        people.change(&mut tx, &old, &new)?;
        people.audit(&mut tx, &entry)?;
        tx.commit().await?;
        let version = new.version;
        Ok(Reply::of(new.into()).version(version))
    }
}

impl UserDocument {
    fn of(user: User) -> Result<Self, Failure> {
        let status = match user.status {
            UserStatus::Active => OpenOrClosed::Active,
            UserStatus::Suspended => OpenOrClosed::Suspended,
            UserStatus::Erased => return Err(untouchable(Untouchable::Erased)),
        };
        Ok(Self {
            name: user.name,
            country: user.country,
            roles: user.roles,
            status,
        })
    }
}

impl From<UserDocument> for Administered {
    fn from(document: UserDocument) -> Self {
        let UserDocument {
            name,
            country,
            roles,
            status,
        } = document;
        Self {
            name,
            country,
            roles,
            status: match status {
                OpenOrClosed::Active => UserStatus::Active,
                OpenOrClosed::Suspended => UserStatus::Suspended,
            },
        }
    }
}

/// Lets nobody give more than they have: else an API key that may change users could make its holder
/// an administrator.
fn may_give(caller: &Caller, role: Role) -> Result<(), Failure> {
    let mut permissions = role.permissions().iter();
    if permissions.all(|permission| caller.may(*permission)) {
        return Ok(());
    }
    let line = format!("roles: {role} permits more than is yours to give");
    Err(Failure::new(Code::Forbidden).error(line))
}

/// Makes sure that the shop is not left without an administrator, and that one who is dismissed does
/// not become one again by themselves.
pub(crate) async fn keep_an_admin(
    people: &People<people::Administer>,
    tx: &mut Tx,
    old: &User,
    new: &User,
) -> Result<(), Failure> {
    let dismissed = old.is_active_admin() && !new.is_active_admin();
    if !dismissed {
        return Ok(());
    }
    if !people.keeps_an_admin(tx, old.id).await? {
        return Err(untouchable(Untouchable::LastAdmin));
    }
    people.put_appointed(tx, &old.email)?;
    Ok(())
}

pub(crate) fn untouchable(why: Untouchable) -> Failure {
    let refused = Failure::new(Code::InvalidState).error(why.to_string());
    match why {
        Untouchable::Erased => {
            let (from, allowed) = (UserStatus::Erased, UserStatus::Erased.next());
            refused.detail(json!({ "from": from, "allowed": allowed }))
        }
        _ => refused,
    }
}

/// What changed, old and new. Of a name only that it changed: the trail outlives the account, and what
/// a person was called must not.
pub(crate) fn differences(old: &User, new: &User) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut compare = |field: &str, old: String, new: String| {
        if old != new {
            found.push((format!("{field}.old"), old));
            found.push((format!("{field}.new"), new));
        }
    };
    let country = |user: &User| user.country.map(|one| one.to_string()).unwrap_or_default();
    compare("status", old.status.to_string(), new.status.to_string());
    compare("roles", words(&old.roles), words(&new.roles));
    compare("country", country(old), country(new));
    if old.name != new.name {
        found.push(("name".to_owned(), "changed".to_owned()));
    }
    found
}

fn words(roles: &BTreeSet<Role>) -> String {
    let words: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    words.join(" ")
}
