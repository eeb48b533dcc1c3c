//! Tells customers by mail, and in the shop where they have an account, what became of their orders
//! and of their account. Tokens that go into a mail are made here, of the ids that events carry.
//!
//! The mail goes out first and is then marked as sent: it may go out twice if the function dies in
//! between, but it is never lost.

use domain::email::Email;
use domain::id::{NotificationId, OrderId, UserId};
use domain::mailed::MailedPurpose;
use domain::notification::Notification;
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::{Event, UserFacts};
use store::mail::Mailer;
use store::notifications::{self, Notifications};
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;
use store::shop::Storefront;

use crate::about_people;
use crate::letter::{self, Letter, Secret};

/// Notifies customers.
pub(crate) struct NotifyCustomer;

impl Consumer for NotifyCustomer {
    const SOURCE: Source = Source::Queue {
        queue: &NOTIFICATIONS_NOTIFY_CUSTOMER,
        batch: 10,
    };
    const SUMMARY: &'static str = "Tells customers what happened, by mail and in the shop";
    type Needs = (
        Notifications<notifications::Notify>,
        Mailer,
        Seal,
        Storefront,
    );
    type Message = Delivery;

    async fn handle(
        (notifications, mailer, seal, storefront): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let Some(News {
            letter,
            to,
            user,
            order,
        }) = news(delivery.event(), seal, storefront)
        else {
            return Ok(());
        };
        let event = delivery.envelope.id;
        if notifications.was_mailed(event).await? {
            return Ok(());
        }
        mailer.send(&letter.mail(to)).await?;
        let shown = user.zip(letter.kind);
        let notification = shown.map(|(user, kind)| Notification {
            id: NotificationId::from_uuid(*event.as_uuid()),
            user,
            kind,
            title: letter.subject.clone(),
            body: letter.short(),
            order,
            read: false,
            at: delivery.envelope.occurred_at,
        });
        notifications
            .told(&delivery.stamp, event, notification.as_ref())
            .await?;
        Ok(())
    }
}

/// A letter, and whom it is for.
struct News {
    letter: Letter,
    to: Email,
    user: Option<UserId>,
    order: Option<OrderId>,
}

/// What there is to write about an event.
fn news(event: &Event, seal: &Seal, storefront: &Storefront) -> Option<News> {
    let bearer = |facts: &UserFacts, purpose: MailedPurpose, page: &str| {
        let secret = MailedSecret {
            purpose,
            user: facts.user_id,
            id: facts.token?,
        };
        let token = secret.sealed(seal);
        Some(Secret {
            url: storefront.page(page, &token),
            token,
        })
    };
    let verification =
        |facts: &UserFacts| bearer(facts, MailedPurpose::EmailVerification, "verify-email");
    let letter = match event {
        Event::UserRegistered(facts) => about_people::welcome(facts, verification(facts)),
        Event::EmailVerificationRequested(facts) => match verification(facts) {
            Some(secret) => about_people::verify_address(facts, secret),
            None => about_people::address_taken(),
        },
        Event::EmailChanged(change) => about_people::address_left(change),
        Event::PasswordChanged(facts) => about_people::password_changed(facts),
        Event::PasswordResetIssued(facts) => {
            let secret = bearer(facts, MailedPurpose::PasswordReset, "reset-password")?;
            about_people::reset_password(facts, secret)
        }
        Event::OrderConfirmed(facts) => letter::order_confirmed(facts),
        Event::OrderCancelled(facts) => letter::order_cancelled(facts),
        Event::OrderExpired(facts) => letter::order_expired(facts),
        _ => return None,
    };
    let (to, user, order) = match event {
        Event::OrderConfirmed(facts)
        | Event::OrderCancelled(facts)
        | Event::OrderExpired(facts) => (&facts.email, facts.customer_id, Some(facts.order_id)),
        Event::EmailChanged(change) => (&change.old, Some(change.user_id), None),
        Event::UserRegistered(facts)
        | Event::EmailVerificationRequested(facts)
        | Event::PasswordChanged(facts)
        | Event::PasswordResetIssued(facts) => (&facts.email, Some(facts.user_id), None),
        _ => return None,
    };
    Some(News {
        letter,
        to: to.clone(),
        user,
        order,
    })
}
