//! `GET /users`: the people who have an account, by any combination of status, role and country.

use domain::country::Country;
use domain::role::{Permission, Role};
use domain::user::UserStatus;
use edge::paging::Paging;
use edge::seal::Seal;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::Deserialize;
use store::people::{self, Common, People};

use crate::user::UserView;

/// Lists users.
pub(crate) struct ListUsers;

/// Which users, in which order, and which page of them.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct UsersQuery {
    /// Only users of this status.
    status: Option<UserStatus>,
    /// Only users who have this role, among others.
    role: Option<Role>,
    /// Only users who live in this country.
    country: Option<Country>,
    /// The newest accounts first, `-createdAt`, unless told.
    sort: Option<UserOrder>,
    #[serde(flatten)]
    paging: Paging,
}

/// The order of a list of users.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
enum UserOrder {
    /// The oldest accounts first.
    #[serde(rename = "createdAt")]
    OldestFirst,
    /// The newest accounts first.
    #[default]
    #[serde(rename = "-createdAt")]
    NewestFirst,
}

impl Endpoint for ListUsers {
    const ROUTE: Route =
        Route::get("/users", "List users").auth(Auth::Staff(Permission::UsersRead));
    type Needs = (People<people::List>, Seal);
    type Path = Nothing;
    type Query = UsersQuery;
    type Body = Nothing;
    type Reply = Vec<UserView>;

    async fn handle(
        (people, seal): &Self::Needs,
        rq: &Rq<Self>,
    ) -> Result<Reply<Vec<UserView>>, Failure> {
        let UsersQuery {
            status,
            role,
            country,
            sort,
            paging,
        } = &rq.query;
        let order = sort.unwrap_or_default();
        let common = Common {
            status: *status,
            role: *role,
            country: *country,
        };
        let list = seal.list(Self::ROUTE.path, format!("{common:?} {order:?}"));
        let bounds = list.bounds(paging)?;
        let newest_first = order == UserOrder::NewestFirst;
        Ok(list.reply(people.page(common, newest_first, &bounds).await?))
    }
}
