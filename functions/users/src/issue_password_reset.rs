//! Finds out whether an address for which somebody wants a new password has an account, and if so has
//! its owner sent a token: at most one a minute.

use domain::id::MailedTokenId;
use domain::mailed::MailedPurpose;
use domain::user::UserStatus;
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::{Event, UserFacts};
use store::queues::USERS_ISSUE_PASSWORD_RESET;
use store::users::{self, Users};

use crate::verified::sent;

/// Lets owners of accounts choose a new password.
pub(crate) struct IssuePasswordReset;

impl Consumer for IssuePasswordReset {
    const SOURCE: Source = Source::Queue {
        queue: &USERS_ISSUE_PASSWORD_RESET,
        batch: 10,
    };
    const SUMMARY: &'static str = "Lets the owner of an account choose a new password";
    type Needs = (Users<users::IssueReset>, Seal);
    type Message = Delivery;

    async fn handle((users, seal): &Self::Needs, delivery: &Delivery) -> Result<(), Failure> {
        let Event::PasswordResetRequested(wish) = delivery.event() else {
            return Ok(());
        };
        let Some(login) = users.login(&wish.email).await? else {
            return Ok(());
        };
        let user = users.account(login.user).await?;
        let Some(user) = user.filter(|user| user.status == UserStatus::Active) else {
            return Ok(());
        };
        let purpose = MailedPurpose::PasswordReset;
        let before = users.mailed(user.id, purpose).await?;
        let (stamp, now) = (&delivery.stamp, delivery.stamp.now);
        let secret = MailedSecret {
            purpose,
            user: user.id,
            // Made of the wish, so that a wish that comes twice is known again.
            id: MailedTokenId::from_uuid(*delivery.envelope.id.as_uuid()),
        };
        let is_enough = before
            .as_ref()
            .is_some_and(|before| before.id == secret.id || before.is_recent(now));
        if is_enough {
            return Ok(());
        }
        let token = sent(seal, secret, &user.email, now);
        let facts = UserFacts::of(&user, Some(token.id));
        let mut tx = users.begin(stamp);
        users.put_mailed_over(&mut tx, &token, before.as_ref())?;
        users.tell(&mut tx, &user, Event::PasswordResetIssued(facts))?;
        tx.commit().await?;
        Ok(())
    }
}
