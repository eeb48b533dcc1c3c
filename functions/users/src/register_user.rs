//! `POST /users`: opens an account.

use domain::country::Country;
use domain::email::Email;
use domain::id::UserId;
use domain::password::Password;
use domain::text::PersonName;
use domain::user::User;
use edge::seal::Seal;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::StoreError;
use store::error::Unique;
use store::once::Receipt;
use store::users::{self, Registration, Users};

use crate::passwords;
use crate::user::UserView;
use crate::verified::verification;

/// Opens an account.
pub(crate) struct RegisterUser;

/// Who wants an account.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewUser {
    /// Where mail goes; one account for each address.
    email: Email,
    /// 8 to 128 characters with an upper-case letter; neither a common password nor the address.
    password: Password,
    /// What the person is called.
    name: PersonName,
    /// Where the person lives.
    country: Option<Country>,
}

impl Endpoint for RegisterUser {
    // Hashing a password takes a whole CPU for a moment, and a CPU comes with memory. The usual limit
    // holds: no secret is tried here, and whole classes register behind one address.
    const ROUTE: Route = Route::post("/users", "Register")
        .auth(Auth::Anyone)
        .located()
        .errors(&[Code::EmailTaken])
        .memory_mb(1_024);
    type Needs = (Users<users::Register>, Seal);
    type Path = Nothing;
    type Query = Nothing;
    type Body = NewUser;
    type Reply = UserView;

    async fn handle(
        (users, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<UserView>, Failure> {
        let NewUser {
            email,
            password,
            name,
            country,
        } = &rq.body;
        let once = rq.once_for(&email.canonical());
        password
            .acceptable_for(email)
            .map_err(|broken| Failure::rule("password", broken))?;
        // The transaction has the last word; asking first saves the work of hashing.
        let taken = users.is_taken(email).await?;
        // After that: whoever finds the address taken by this very request also finds its record.
        users.recall(once.as_ref(), rq.now()).await?;
        if taken {
            return Err(StoreError::Taken(Unique::Email).into());
        }
        let hash = passwords::hash(password, rq.entropy())?;
        let id = UserId::new(rq.now(), rq.entropy());
        let user = User::register(id, email.clone(), name.clone(), *country, rq.now());
        let token = verification(seal, &user, email, rq);
        let mut tx = users.begin(&rq.stamp);
        let registration = Registration {
            user: &user,
            password_hash: hash,
            address: Some(rq.address()),
            token: Some(&token),
        };
        users.register(&mut tx, registration)?;
        let view = UserView::from(user);
        users.remember(&mut tx, once.as_ref(), &view)?;
        tx.commit().await?;
        Ok(registered(view))
    }

    async fn replay(
        _: &Self::Needs,
        _: &Rq<Self>,
        receipt: Receipt,
    ) -> Result<Reply<UserView>, Failure> {
        Ok(registered(receipt.read()?))
    }
}

fn registered(view: UserView) -> Reply<UserView> {
    Reply::of(view).version(1).location("/users/me")
}
