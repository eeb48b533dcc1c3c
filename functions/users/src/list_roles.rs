//! `GET /roles`: what each role permits.

use domain::role::{Permission, Role};
use edge::route::Caching;
use edge::{Auth, Endpoint, Failure, Nothing, Reply, Route, Rq};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lists roles.
pub(crate) struct ListRoles;

/// A role and what it permits.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "RoleDescription")]
pub(crate) struct RoleView {
    role: Role,
    /// What whoever has the role may do to what belongs to others.
    #[schemars(length(max = 100))]
    permissions: Vec<Permission>,
}

impl Endpoint for ListRoles {
    // What roles permit changes with a release and not before.
    const ROUTE: Route = Route::get("/roles", "List roles and their permissions")
        .auth(Auth::Staff(Permission::UsersRead))
        .caching(Caching::Revalidate);
    type Needs = ();
    type Path = Nothing;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Vec<RoleView>;

    async fn handle((): &Self::Needs, _: &Rq<Self>) -> Result<Reply<Vec<RoleView>>, Failure> {
        let roles = Role::ALL.iter().map(|role| RoleView {
            role: *role,
            permissions: role.permissions().to_vec(),
        });
        Ok(Reply::of(roles.collect()))
    }
}
