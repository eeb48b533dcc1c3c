//! An order on the wire.

use std::collections::BTreeMap;

use domain::address::Address;
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{LineId, OrderId, PaymentId, UserId};
use domain::money::Money;
use domain::order::{
    Actor, Entry, FulfilmentStatus, Line, MAX_LINES, Moment, Order, OrderError, OrderNumber,
    OrderStatus, PaymentStatus, Totals,
};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{OptionName, OptionValue, Title};
use edge::{Caller, Code, Failure, Nothing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// An order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub(crate) struct OrderView {
    pub(crate) id: OrderId,
    /// Its number for humans.
    number: OrderNumber,
    /// Whose it is; null for a guest's.
    customer_id: Option<UserId>,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    currency: Currency,
    lines: Vec<LineView>,
    shipping_address: Address,
    totals: TotalsView,
    payments: Vec<PaymentRef>,
    fulfilments: Vec<Nothing>,
    returns: Vec<Nothing>,
    refunds: Vec<Nothing>,
    timeline: Vec<EntryView>,
    /// Until when it holds its stock unpaid.
    expires_at: Timestamp,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// A bearer token for this order alone; given once, to a guest who placed it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) order_token: Option<String>,
}

/// One line of an order, as it was sold.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderLine")]
pub(crate) struct LineView {
    id: LineId,
    sku: Sku,
    name: Title,
    options: BTreeMap<OptionName, OptionValue>,
    quantity: Quantity,
    unit_price: Money,
    discount: Money,
    tax: Money,
    total: Money,
    shipped: u32,
    delivered: u32,
    returned: u32,
    refunded: u32,
    cancelled: u32,
}

/// What an order costs, and what was paid of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "OrderTotals")]
pub(crate) struct TotalsView {
    items: Money,
    discount: Money,
    shipping: Money,
    tax: Money,
    total: Money,
    captured: Money,
    refunded: Money,
}

/// A payment of an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PaymentRef {
    id: PaymentId,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TimelineEntry")]
pub(crate) struct EntryView {
    at: Timestamp,
    #[serde(rename = "type")]
    kind: Moment,
    actor: Actor,
    data: Option<String>,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        let Order {
            id,
            number,
            customer,
            email: _,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines,
            shipping_address,
            totals,
            payment_method: _,
            payment,
            timeline,
            expires_at,
            version,
            created_at,
            updated_at,
        } = order;
        Self {
            id,
            number,
            customer_id: customer,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: lines.into_iter().map(LineView::from).collect(),
            shipping_address,
            totals: totals.into(),
            payments: payment.into_iter().map(|id| PaymentRef { id }).collect(),
            fulfilments: Vec::new(),
            returns: Vec::new(),
            refunds: Vec::new(),
            timeline: timeline.into_iter().map(EntryView::from).collect(),
            expires_at,
            version,
            created_at,
            updated_at,
            order_token: None,
        }
    }
}

impl From<Line> for LineView {
    fn from(line: Line) -> Self {
        let Line {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            tax,
            total,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        } = line;
        Self {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price,
            discount,
            tax,
            total,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        }
    }
}

impl From<Totals> for TotalsView {
    fn from(totals: Totals) -> Self {
        let Totals {
            items,
            discount,
            shipping,
            tax,
            total,
            captured,
            refunded,
        } = totals;
        Self {
            items,
            discount,
            shipping,
            tax,
            total,
            captured,
            refunded,
        }
    }
}

impl From<Entry> for EntryView {
    fn from(entry: Entry) -> Self {
        let Entry {
            at,
            kind,
            actor,
            data,
        } = entry;
        Self {
            at,
            kind,
            actor,
            data,
        }
    }
}

/// The path of one order.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct OrderPath {
    /// The order's id.
    pub(crate) id: OrderId,
}

/// Who does something to an order.
pub(crate) fn actor(caller: &Caller, order: &Order) -> Actor {
    match caller.user() {
        Some(user) if order.customer == Some(user) => Actor::Customer(user),
        Some(user) => Actor::Staff(user),
        None => Actor::Guest,
    }
}

/// A rule of the domain that an order breaks, on the wire.
pub(crate) fn refused(error: OrderError) -> Failure {
    match error {
        OrderError::NoLines | OrderError::TooManyLines { .. } => {
            Failure::rule("items", format!("must have 1 to {MAX_LINES} items"))
        }
        OrderError::TooManyUnits { sku, max } => {
            Failure::rule("items", format!("must have at most {max} of {sku} in all"))
        }
        OrderError::NegativePrice { .. } | OrderError::AmountMismatch { .. } => {
            Failure::internal(error)
        }
        OrderError::Money(error) => Failure::rule("items", error),
        OrderError::InvalidState { from, to } => Failure::new(Code::InvalidState)
            .error(format!(
                "status: the order is {from} and cannot become {to}"
            ))
            .detail(json!({ "from": from, "to": to })),
    }
}
