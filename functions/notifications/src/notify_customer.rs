//! Tells customers by mail, and in the shop where they have an account, what became of their orders
//! and of their account, as far as they want to hear of it. Tokens that go into a mail are made here,
//! of the ids that events carry.
//!
//! A notification has the id of its event, and is there once. The mail is claimed, sent, and then put down as
//! told. While the mail service is down, it waits in the
//! queue. Of deliveries that overlap, one sends. It may
//! go out twice only if the mail service's reply was lost or the function died before it put that down;
//! it is never lost.

use domain::id::NotificationId;
use domain::notification::{Notification, NotificationPreferences};
use edge::seal::Seal;
use edge::{Code, Consumer, Delivery, Failure, Source};
use mail::{MailError, Mailer};
use store::notifications::{self, Notifications};
use store::orders::{self, Orders};
use store::queues::NOTIFICATIONS_NOTIFY_CUSTOMER;
use store::shop::{ShopName, Storefront};
use store::telling::Claim;

use crate::news::{Desk, News};

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
        ShopName,
        Orders<orders::Read>,
    );
    type Message = Delivery;

    async fn handle(
        (notifications, mailer, seal, storefront, shop, orders): &Self::Needs,
        delivery: &Delivery,
    ) -> Result<(), Failure> {
        let desk = Desk {
            seal,
            storefront,
            shop,
            orders,
        };
        let Some(News {
            letter,
            to,
            user,
            order,
        }) = desk.news(delivery.event(), delivery.stamp.now).await?
        else {
            return Ok(());
        };
        let event = delivery.envelope.id;
        // Guests, and mail that is no notification, leave nothing to choose.
        let chosen = match user.zip(letter.kind) {
            Some((user, kind)) => Some((notifications.wanted(user).await?, kind)),
            None => None,
        };
        // Before the mail: what fails here has nothing sent twice.
        if let Some((NotificationPreferences { user, .. }, kind)) =
            chosen.as_ref().filter(|(wanted, kind)| wanted.lists(*kind))
        {
            let notification = Notification {
                id: NotificationId::from_uuid(*event.as_uuid()),
                user: *user,
                kind: *kind,
                title: letter.subject.clone(),
                body: letter.short(),
                order,
                read: false,
                at: delivery.envelope.occurred_at,
                version: 1,
            };
            notifications.show(&notification).await?;
        }
        let mails = chosen.is_none_or(|(wanted, kind)| wanted.mails(kind));
        if !mails {
            return Ok(());
        }
        match notifications.claim(delivery.stamp.now, event).await? {
            Claim::Yours => match mailer.send(&letter.mail(shop, to)).await {
                Ok(()) => {}
                Err(down @ MailError::Down(_)) => {
                    tracing::warn!(failure = &down as &dyn std::error::Error, "not sent");
                    return Ok(mailer.wait(&delivery.json).await?);
                }
                Err(refused) => return Err(Failure::internal(refused)),
            },
            Claim::Others => {
                let why = "another delivery of the event is being dealt with";
                return Err(Failure::new(Code::Unavailable).because(why));
            }
            Claim::Told => return Ok(()),
        }
        notifications.told(delivery.stamp.now, event).await?;
        Ok(())
    }
}
