//! What there is to write about an event, and to whom.

use std::time::Duration;

use domain::clock::Timestamp;
use domain::email::Email;
use domain::id::{OrderId, UserId};
use domain::mailed::MailedPurpose;
use domain::order::Order;
use edge::bearers::MailedSecret;
use edge::seal::Seal;
use store::StoreError;
use store::event::{Event, FulfilmentFacts, OrderFacts, ReturnFacts, UserFacts};
use store::orders::{self, Orders};
use store::shop::{ShopName, Storefront};

use crate::letter::{Letter, Link};
use crate::{about_orders, about_parcels, about_payments, about_people};

/// How much longer than the order waits to be paid a guest can open its page from a mail.
const GUEST_PAGE: Duration = Duration::from_secs(24 * 60 * 60);

/// A letter, and whom it is for.
pub(crate) struct News {
    pub(crate) letter: Letter,
    pub(crate) to: Email,
    pub(crate) user: Option<UserId>,
    pub(crate) order: Option<OrderId>,
}

/// What the letters of this shop are written with.
pub(crate) struct Desk<'a> {
    pub(crate) seal: &'a Seal,
    pub(crate) storefront: &'a Storefront,
    pub(crate) shop: &'a ShopName,
    pub(crate) orders: &'a Orders<orders::Read>,
}

impl Desk<'_> {
    /// What there is to write about an event.
    ///
    /// # Errors
    /// If the order that a payment is for cannot be read.
    pub(crate) async fn news(
        &self,
        event: &Event,
        now: Timestamp,
    ) -> Result<Option<News>, StoreError> {
        let news = match event {
            Event::UserRegistered(facts) => {
                let letter = about_people::welcome(self.shop, facts, self.verification(facts));
                to_person(facts, letter)
            }
            Event::EmailVerificationRequested(facts) => {
                let letter = match self.verification(facts) {
                    Some(link) => about_people::verify_address(facts, link),
                    None => about_people::address_taken(),
                };
                to_person(facts, letter)
            }
            Event::EmailChanged(change) => News {
                letter: about_people::address_left(change),
                to: change.old.clone(),
                user: Some(change.user_id),
                order: None,
            },
            Event::PasswordChanged(facts) => {
                to_person(facts, about_people::password_changed(facts))
            }
            Event::PasswordResetIssued(facts) => {
                let page = ("Choose a new password", "reset-password");
                let link = self.bearer(facts, MailedPurpose::PasswordReset, page);
                let Some(link) = link else { return Ok(None) };
                to_person(facts, about_people::reset_password(facts, link))
            }
            Event::OrderConfirmed(facts) => to_buyer(facts, about_orders::confirmed(facts)),
            Event::OrderCancelled(facts) => to_buyer(facts, about_orders::cancelled(facts)),
            Event::OrderExpired(facts) => to_buyer(facts, about_orders::expired(facts)),
            Event::OrderShipped(facts) => of_parcel(facts, about_parcels::shipped(facts)),
            Event::OrderDelivered(facts) => of_parcel(facts, about_parcels::delivered(facts)),
            Event::ReturnRequested(facts) => {
                of_return(facts, about_parcels::return_requested(facts))
            }
            Event::ReturnApproved(facts) => of_return(facts, about_parcels::return_approved(facts)),
            Event::ReturnRejected(facts) => of_return(facts, about_parcels::return_rejected(facts)),
            Event::ReturnReceived(facts) => of_return(facts, about_parcels::return_received(facts)),
            Event::PaymentActionRequired(facts)
            | Event::PaymentFailed(facts)
            | Event::PaymentRefunded(facts) => {
                let order = self.orders.get_now(facts.order_id).await?;
                let letter = match event {
                    Event::PaymentActionRequired(_) => {
                        about_payments::action_required(&order, self.order_page(&order), now)
                    }
                    Event::PaymentFailed(_) => {
                        about_payments::failed(&order, facts, self.order_page(&order), now)
                    }
                    _ => about_payments::refunded(&order, facts),
                };
                return Ok(letter.map(|letter| of_order(&order, letter)));
            }
            _ => return Ok(None),
        };
        Ok(Some(news))
    }

    /// Where an order can be paid. Guests need a token there, for as long as that makes sense.
    fn order_page(&self, order: &Order) -> String {
        let until = order.expires_at.plus(GUEST_PAGE);
        let token = order.customer.is_none();
        let token = token.then(|| self.seal.order_token(order.id, until));
        self.storefront.order(order.id, token.as_deref())
    }

    fn verification(&self, facts: &UserFacts) -> Option<Link> {
        let page = ("Confirm this address", "verify-email");
        self.bearer(facts, MailedPurpose::EmailVerification, page)
    }

    fn bearer(
        &self,
        facts: &UserFacts,
        purpose: MailedPurpose,
        (label, page): (&'static str, &str),
    ) -> Option<Link> {
        let secret = MailedSecret {
            purpose,
            user: facts.user_id,
            id: facts.token?,
        };
        let token = secret.sealed(self.seal);
        Some(Link {
            label,
            url: self.storefront.page(page, &token),
            token: Some(token),
        })
    }
}

fn to_person(facts: &UserFacts, letter: Letter) -> News {
    News {
        letter,
        to: facts.email.clone(),
        user: Some(facts.user_id),
        order: None,
    }
}

fn to_buyer(facts: &OrderFacts, letter: Letter) -> News {
    News {
        letter,
        to: facts.email.clone(),
        user: facts.customer_id,
        order: Some(facts.order_id),
    }
}

fn of_parcel(facts: &FulfilmentFacts, letter: Letter) -> News {
    News {
        letter,
        to: facts.email.clone(),
        user: facts.customer_id,
        order: Some(facts.order_id),
    }
}

fn of_return(facts: &ReturnFacts, letter: Letter) -> News {
    News {
        letter,
        to: facts.email.clone(),
        user: facts.customer_id,
        order: Some(facts.order_id),
    }
}

fn of_order(order: &Order, letter: Letter) -> News {
    News {
        letter,
        to: order.email.clone(),
        user: order.customer,
        order: Some(order.id),
    }
}
