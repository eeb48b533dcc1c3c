//! An order on the wire.

use std::collections::BTreeMap;

use domain::address::Address;
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::id::{LineId, OrderId, PaymentId, UserId};
use domain::money::Money;
use domain::order::{
    Actor, Entry, FulfilmentStatus, Line, Moment, Order, OrderError, OrderNumber, OrderStatus,
    PaymentStatus, Shipping, Totals,
};
use domain::pricing::{Applied, AppliedTax, LineDiscount};
use domain::product::Options;
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::slug::Slug;
use domain::text::{OptionName, OptionValue, Title};
use edge::{Caller, Code, Failure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fulfilment::FulfilmentView;
use crate::refunded::RefundView;
use crate::returned::ReturnView;

/// An order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Order")]
pub(crate) struct OrderView {
    /// The order's id.
    pub(crate) id: OrderId,
    /// Its number for humans.
    number: OrderNumber,
    /// Whose it is; null for a guest's.
    customer_id: Option<UserId>,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    /// What it is paid in.
    currency: Currency,
    /// What is ordered, each SKU once.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<LineView>,
    /// Where it is sent.
    shipping_address: Address,
    /// How it is sent; null where the shop asks for no way of sending.
    shipping: Option<ShippingView>,
    /// What made it cheaper.
    #[schemars(length(max = 101))]
    promotions: Vec<Applied>,
    /// What it costs, and what was paid of it.
    totals: TotalsView,
    /// The payment that pays for it, once there is one.
    #[schemars(length(max = 1))]
    payments: Vec<PaymentRef>,
    /// What was sent of it.
    #[schemars(length(max = 50))]
    fulfilments: Vec<FulfilmentView>,
    /// What came back, or is to.
    #[schemars(length(max = 50))]
    returns: Vec<ReturnView>,
    /// What was given back of its money, or is to be.
    #[schemars(length(max = 100))]
    refunds: Vec<RefundView>,
    /// What has happened to it, the oldest first.
    #[schemars(length(max = 800))]
    timeline: Vec<EntryView>,
    /// Until when it holds its stock unpaid.
    expires_at: Timestamp,
    /// Counts the changes, from 1; the ETag is made of it.
    version: u64,
    /// When it was placed.
    created_at: Timestamp,
    /// When it was changed last.
    updated_at: Timestamp,
    /// A bearer token for this order alone; given once, to a guest who placed it.
    #[schemars(length(max = 1024), regex(pattern = r"^[A-Za-z0-9._-]+$"))]
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) order_token: Option<String>,
}

/// One line of an order, as it was sold.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderLine")]
pub(crate) struct LineView {
    /// The line's id.
    id: LineId,
    /// What was sold.
    sku: Sku,
    /// What it was called then.
    name: Title,
    /// What told it from the product's other variants then.
    #[schemars(with = "Options")]
    options: BTreeMap<OptionName, OptionValue>,
    /// How many.
    quantity: Quantity,
    /// What one unit costs.
    unit_price: Money,
    /// What is taken off the line.
    discount: Money,
    /// By which promotions, and how much each.
    #[schemars(length(max = 101))]
    discounts: Vec<LineDiscount>,
    /// The tax on it.
    tax: Money,
    /// Which taxes, and how much each.
    #[schemars(length(max = 50))]
    taxes: Vec<AppliedTax>,
    /// What the line costs in all: units at their price, less discount, and plus tax unless prices
    /// contain it.
    total: Money,
    /// Units that were sent.
    shipped: u32,
    /// Units that arrived.
    delivered: u32,
    /// Units that came back.
    returned: u32,
    /// Units that were given money back for.
    refunded: u32,
    /// Units that were called off.
    cancelled: u32,
}

/// How an order is sent.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ChosenShipping")]
pub(crate) struct ShippingView {
    /// The way of sending, by its code.
    method: Slug,
    /// What it was called then.
    name: Title,
    /// Which taxes are on it, and how much each.
    #[schemars(length(max = 50))]
    taxes: Vec<AppliedTax>,
}

/// What an order costs, and what was paid of it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderTotals")]
pub(crate) struct TotalsView {
    /// All lines together.
    items: Money,
    /// What is taken off.
    discount: Money,
    /// What sending costs.
    shipping: Money,
    /// The tax in all, that on shipping included.
    tax: Money,
    /// The part of it that is on shipping.
    shipping_tax: Money,
    /// Whether prices contain the tax.
    tax_included: bool,
    /// What is to be paid: items less discount plus shipping, and plus tax unless prices contain it.
    total: Money,
    /// What was paid.
    captured: Money,
    /// What of that was given back.
    refunded: Money,
}

/// A payment of an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PaymentRef {
    /// The payment's id.
    id: PaymentId,
}

/// Something that happened to an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "TimelineEntry")]
pub(crate) struct EntryView {
    /// When.
    at: Timestamp,
    /// What happened.
    #[serde(rename = "type")]
    kind: Moment,
    /// Who did it.
    actor: Actor,
    /// What else there is to say, such as a reason.
    #[schemars(length(max = 200), regex(pattern = r"^[^\u0000-\u001f]*$"))]
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
            shipping,
            promotions,
            totals,
            payment_method: _,
            payment,
            fulfilments,
            returns,
            refunds,
            notes: _,
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
            shipping: shipping.map(ShippingView::from),
            promotions,
            totals: totals.into(),
            payments: payment.into_iter().map(|id| PaymentRef { id }).collect(),
            fulfilments: fulfilments.into_iter().map(FulfilmentView::from).collect(),
            returns: returns.into_iter().map(ReturnView::from).collect(),
            refunds: refunds.into_iter().map(RefundView::from).collect(),
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
            discounts,
            tax,
            taxes,
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
            discounts,
            tax,
            taxes,
            total,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        }
    }
}

impl From<Shipping> for ShippingView {
    fn from(shipping: Shipping) -> Self {
        let Shipping {
            method,
            name,
            taxes,
        } = shipping;
        Self {
            method,
            name,
            taxes,
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
            shipping_tax,
            tax_included,
            total,
            captured,
            refunded,
        } = totals;
        Self {
            items,
            discount,
            shipping,
            tax,
            shipping_tax,
            tax_included,
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
        None if matches!(caller, Caller::Key(_)) => Actor::System,
        None => Actor::Guest,
    }
}

/// A move that an order does not allow, on the wire.
pub(crate) fn refused(error: OrderError) -> Failure {
    match error {
        OrderError::AmountMismatch { .. } | OrderError::Money(_) => Failure::internal(error),
        OrderError::InvalidState { from, to } => Failure::new(Code::InvalidState)
            .error(format!(
                "status: the order is {from} and cannot become {to}"
            ))
            .detail(json!({ "from": from, "to": to })),
        OrderError::Sent { from } => Failure::new(Code::InvalidState)
            .error(format!("status: {error}"))
            .detail(json!({ "from": from, "to": OrderStatus::Cancelled })),
    }
}
