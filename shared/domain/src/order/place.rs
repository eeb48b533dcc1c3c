//! How an order comes into being.

use super::line::{self, Item, Line};
use super::timeline::{Actor, Entry, Moment};
use super::{
    FulfilmentStatus, HOLD, MAX_LINES, Order, OrderError, OrderNumber, OrderStatus, PaymentStatus,
    Totals,
};
use crate::address::Address;
use crate::clock::{Entropy, Timestamp};
use crate::currency::Currency;
use crate::email::Email;
use crate::id::{LineId, OrderId, UserId};
use crate::money::Money;
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
    /// The currency of all prices.
    pub currency: Currency,
    /// What the shop is to charge; without it the customer's client pays.
    pub payment_method: Option<PaymentMethod>,
    /// What is wanted; equal SKUs are taken together.
    pub items: Vec<Item>,
}

impl Order {
    /// Places an order: checks its lines, fixes its prices, starts its hold.
    pub fn place(draft: Draft, now: Timestamp, entropy: &dyn Entropy) -> Result<Self, OrderError> {
        let items = line::merged(draft.items)?;
        if items.is_empty() {
            return Err(OrderError::NoLines);
        }
        if items.len() > MAX_LINES {
            return Err(OrderError::TooManyLines {
                count: items.len(),
                max: MAX_LINES,
            });
        }
        let lines: Vec<Line> = items
            .into_iter()
            .map(|item| line::from_item(item, draft.currency, LineId::new(now, entropy)))
            .collect::<Result<_, _>>()?;
        let placed = Entry {
            at: now,
            kind: Moment::Placed,
            actor: draft.customer.map_or(Actor::Guest, Actor::Customer),
            data: None,
        };
        Ok(Self {
            id: draft.id,
            number: OrderNumber::new(now, entropy),
            customer: draft.customer,
            email: draft.email,
            status: OrderStatus::PendingPayment,
            payment_status: PaymentStatus::Unpaid,
            fulfilment_status: FulfilmentStatus::Unfulfilled,
            currency: draft.currency,
            totals: Totals::of(&lines, Money::zero(draft.currency))?,
            lines,
            shipping_address: draft.shipping_address,
            payment_method: draft.payment_method,
            payment: None,
            timeline: vec![placed],
            expires_at: now.plus(HOLD),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }
}

impl Totals {
    /// What lines and shipping come to before any money has moved; all in shipping's currency.
    pub fn of(lines: &[Line], shipping: Money) -> Result<Self, OrderError> {
        let currency = shipping.currency();
        let nothing = Money::zero(currency);
        let mut items = nothing;
        for line in lines {
            items = items.add(line.gross()?)?;
        }
        let discount = Money::sum(currency, lines.iter().map(|line| line.discount))?;
        let tax = Money::sum(currency, lines.iter().map(|line| line.tax))?;
        Ok(Self {
            items,
            discount,
            shipping,
            tax,
            total: items.sub(discount)?.add(shipping)?.add(tax)?,
            captured: nothing,
            refunded: nothing,
        })
    }
}
