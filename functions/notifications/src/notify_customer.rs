//! Tells customers by mail, and in the shop where they have an account, what became of their orders
//! and that their account is open.
//!
//! The mail goes out first and is then marked as sent: it may go out twice if the function dies in
//! between, but it is never lost.

use domain::id::NotificationId;
use domain::notification::Notification;
use edge::{Consumer, Delivery, Failure, Source};
use store::event::Event;
use store::mail::Mailer;
use store::notifications::{self, Notifications};
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;

use crate::letter;

/// Notifies customers.
pub(crate) struct NotifyCustomer;

impl Consumer for NotifyCustomer {
    const SOURCE: Source = Source::Queue {
        queue: &NOTIFICATIONS_NOTIFY_CUSTOMER,
        batch: 10,
    };
    const SUMMARY: &'static str = "Tells customers what happened, by mail and in the shop";
    type Needs = (Notifications<notifications::Notify>, Mailer);
    type Message = Delivery;

    async fn handle(
        (notifications, mailer): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let (letter, to, user, order) = match delivery.event() {
            Event::UserRegistered(facts) => {
                let user = Some(facts.user_id);
                (letter::welcome(facts), &facts.email, user, None)
            }
            Event::OrderConfirmed(facts) => {
                let letter = letter::order_confirmed(facts);
                (
                    letter,
                    &facts.email,
                    facts.customer_id,
                    Some(facts.order_id),
                )
            }
            Event::OrderCancelled(facts) => {
                let letter = letter::order_cancelled(facts);
                (
                    letter,
                    &facts.email,
                    facts.customer_id,
                    Some(facts.order_id),
                )
            }
            Event::OrderExpired(facts) => {
                let letter = letter::order_expired(facts);
                (
                    letter,
                    &facts.email,
                    facts.customer_id,
                    Some(facts.order_id),
                )
            }
            _ => return Ok(()),
        };
        let event = delivery.envelope.id;
        if notifications.was_mailed(event).await? {
            return Ok(());
        }
        mailer.send(&letter.mail(to.clone())).await?;
        let notification = user.map(|user| Notification {
            id: NotificationId::from_uuid(*event.as_uuid()),
            user,
            kind: letter.kind,
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
