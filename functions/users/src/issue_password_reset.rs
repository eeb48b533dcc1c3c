//! Finds out whether an address for which somebody wants a new password has an account, and if so has
//! its owner sent a token: at most one letter a minute. While the last token is good for long enough,
//! it is that one that is sent again: a stranger who asks all the time takes nobody's token away.

use domain::id::MailedTokenId;
use domain::mailed::{Answer, MailedPurpose, MailedToken, Wish};
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
        let (stamp, envelope) = (&delivery.stamp, &delivery.envelope);
        let wish = Wish {
            id: MailedTokenId::from_uuid(*envelope.id.as_uuid()),
            at: envelope.occurred_at,
        };
        let answer = wish.answer(before.as_ref(), purpose, &user.email, stamp.now);
        let made = |id| {
            let secret = MailedSecret {
                purpose,
                user: user.id,
                id,
            };
            sent(seal, secret, &user.email, stamp.now)
        };
        let token = match (answer, &before) {
            (Answer::Nothing, _) => return Ok(()),
            (Answer::Again, Some(before)) => MailedToken {
                // The secret that it is sealed with may have changed.
                hash: made(before.id).hash,
                ..before.sent_again(wish.id, stamp.now)
            },
            (Answer::Again | Answer::Anew, _) => made(wish.id),
        };
        let facts = UserFacts::of(&user, Some(token.id));
        let mut tx = users.begin(stamp);
        users.put_mailed_over(&mut tx, &token, before.as_ref())?;
        users.tell(&mut tx, &user, Event::PasswordResetIssued(facts))?;
        tx.commit().await?;
        Ok(())
    }
}
