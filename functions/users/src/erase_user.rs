//! `DELETE /users/{id}`: erases what an account tells of its owner. The id stays, with the status
//! `erased`, for orders name it; the address is free again.

use domain::audit::AuditAction;
use domain::machine::Moves;
use domain::role::Permission;
use domain::user::UserStatus;
use edge::{Auth, Code, Endpoint, Failure, Nothing, Reply, Route, Rq};
use store::people::{self, People};

use crate::change_user::{keep_an_admin, untouchable};
use crate::user::UserPath;

/// Erases an account.
pub(crate) struct EraseUser;

impl Endpoint for EraseUser {
    const ROUTE: Route = Route::delete("/users/{id}", "Erase a user")
        .auth(Auth::Staff(Permission::UsersWrite))
        .vouched()
        .versioned()
        .errors(&[Code::InvalidState]);
    const MOVES: &'static [Moves] = &[Moves::to::<UserStatus>(UserStatus::Erased.as_str())];
    type Needs = (People<people::Administer>,);
    type Path = UserPath;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;

    async fn handle((people,): &Self::Needs, rq: &Rq<Self>) -> Result<Reply<Nothing>, Failure> {
        let old = people.get(rq.path.id).await?;
        rq.expects(old.version)?;
        if old.status != UserStatus::Erased {
            let new = old
                .erased(rq.caller.user(), rq.now())
                .map_err(untouchable)?;
            let mut tx = people.begin(&rq.stamp);
            keep_an_admin(people, &mut tx, &old, &new).await?;
            people.erase(&mut tx, &old, &new)?;
            people.audit(&mut tx, &rq.audit(AuditAction::UserErased, Some(old.id)))?;
            tx.commit().await?;
        }
        // Nothing is added to an erased account, so that whoever repeats the request finishes this.
        people.clear(&rq.stamp, old.id).await?;
        Ok(Reply::nothing())
    }
}
