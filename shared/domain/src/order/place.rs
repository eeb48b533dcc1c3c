//! How an order comes into being.

use super::line;
use super::timeline::{Actor, Entry, Moment};
use super::{
    FulfilmentStatus, HOLD, Order, OrderNumber, OrderStatus, PaymentStatus, Shipping, Totals,
};
use crate::address::Address;
use crate::clock::{Entropy, Timestamp};
use crate::email::Email;
use crate::id::{LineId, OrderId, UserId};
use crate::money::Money;
use crate::pricing::{Quote, QuotedShipping, Sums};
use crate::text::PaymentMethod;

/// What an order is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Names the order to be.
    pub id: OrderId,
    /// Who orders; nobody known where it is a guest.
    pub customer: Option<UserId>,
    /// Where mail about it goes.
    pub email: Email,
    /// Where it is sent.
    pub shipping_address: Address,
    /// What the shop is to charge; without it the customer's client pays.
    pub payment_method: Option<PaymentMethod>,
    /// What is wanted, and what it comes to.
    pub quote: Quote,
}

impl Order {
    /// Places an order: fixes its prices, starts its hold.
    #[must_use]
    pub fn place(draft: Draft, now: Timestamp, entropy: &dyn Entropy) -> Self {
        let Draft {
            id,
            customer,
            email,
            shipping_address,
            payment_method,
            quote,
        } = draft;
        let Quote {
            currency,
            lines,
            shipping,
            methods: _,
            promotions,
            coupon: _,
            sums,
        } = quote;
        let placed = Entry {
            at: now,
            kind: Moment::Placed,
            actor: customer.map_or(Actor::Guest, Actor::Customer),
            data: None,
        };
        Self {
            id,
            number: OrderNumber::new(now, entropy),
            customer,
            email,
            status: OrderStatus::PendingPayment,
            payment_status: PaymentStatus::Unpaid,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            currency,
            lines: lines
                .into_iter()
                .map(|line| line::placed(line, LineId::new(now, entropy)))
                .collect(),
            shipping_address,
            shipping: shipping.map(Shipping::from),
            promotions,
            totals: Totals::from(sums),
            payment_method,
            payment: None,
            fulfilments: Vec::new(),
            returns: Vec::new(),
            notes: 0,
            timeline: vec![placed],
            expires_at: now.plus(HOLD),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

impl From<QuotedShipping> for Shipping {
    fn from(quoted: QuotedShipping) -> Self {
        let QuotedShipping {
            method,
            name,
            price: _,
            discount: _,
            taxes,
        } = quoted;
        Self {
            method,
            name,
            taxes,
        }
    }
}

impl From<Sums> for Totals {
    /// What an order comes to before any money has moved.
    fn from(sums: Sums) -> Self {
        let Sums {
            items,
            discount,
            shipping,
            tax,
            shipping_tax,
            tax_included,
            total,
        } = sums;
        let nothing = Money::zero(total.currency());
        Self {
            items,
            discount,
            shipping,
            tax,
            shipping_tax,
            tax_included,
            total,
            captured: nothing,
            refunded: nothing,
            refund_failed: nothing,
        }
    }
}
