//! An order as it is stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use domain::address::Address;
use domain::clock::Timestamp;
use domain::currency::Currency;
use domain::email::Email;
use domain::id::{LineId, OrderId, PaymentId, UserId};
use domain::order::{
    Actor, Entry, Fulfilment, FulfilmentStatus, Line, Moment, Order, OrderNumber, OrderStatus,
    PaymentStatus, Return, Totals,
};
use domain::quantity::Quantity;
use domain::sku::Sku;
use domain::text::{OptionName, OptionValue, PaymentMethod, Title};

use super::goods::{FulfilmentItem, ReturnItem};
use super::priced::{AppliedItem, DiscountItem, ShippingItem, TaxItem, into_taxes, money};
use super::refunds::RefundItem;
use crate::error::StoreError;
use crate::packed::Packed;

/// What can be seen of a stored order by whoever looks into the table.
#[derive(Serialize)]
pub(super) struct HeadItem {
    v: u8,
    number: OrderNumber,
    status: OrderStatus,
    version: u64,
}

impl HeadItem {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            v: VERSION,
            number: order.number,
            status: order.status,
            version: order.version,
        }
    }
}

/// The form that orders are written in: 3 has the content squeezed; 2 had each list and map as one text, 1 as
/// attributes.
const VERSION: u8 = 3;

/// The content of an order.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrderItem {
    v: u8,
    id: OrderId,
    number: OrderNumber,
    customer: Option<UserId>,
    email: Email,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    currency: Currency,
    lines: Packed<Vec<LineItem>>,
    shipping_address: Packed<Address>,
    #[serde(default)]
    shipping: Option<Packed<ShippingItem>>,
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    promotions: Packed<Vec<AppliedItem>>,
    totals: Packed<TotalsItem>,
    payment_method: Option<PaymentMethod>,
    payment: Option<PaymentId>,
    // Orders that were written before there were any have none of these.
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    fulfilments: Packed<Vec<FulfilmentItem>>,
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    returns: Packed<Vec<ReturnItem>>,
    #[serde(default, skip_serializing_if = "Packed::is_empty")]
    refunds: Packed<Vec<RefundItem>>,
    #[serde(default)]
    notes: u32,
    timeline: Packed<Vec<EntryItem>>,
    expires_at: Timestamp,
    version: u64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    id: LineId,
    sku: Sku,
    name: Title,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    options: BTreeMap<OptionName, OptionValue>,
    quantity: Quantity,
    unit_price: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    discount: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    discounts: Vec<DiscountItem>,
    #[serde(default, skip_serializing_if = "is_zero")]
    tax: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    taxes: Vec<TaxItem>,
    total: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    shipped: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    delivered: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    returned: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    refunded: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    cancelled: u32,
}

/// Amounts in the order's currency.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TotalsItem {
    items: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    discount: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    shipping: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    tax: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    shipping_tax: i64,
    #[serde(default)]
    tax_included: bool,
    total: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    captured: i64,
    #[serde(default, skip_serializing_if = "is_zero")]
    refunded: i64,
}

#[derive(Serialize, Deserialize)]
struct EntryItem {
    at: Timestamp,
    what: Moment,
    actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

/// What is zero, empty or absent is not stored: an item is paid for by its size, and most of a new order's
/// amounts and counts are zero.
fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

impl From<&Order> for OrderItem {
    fn from(order: &Order) -> Self {
        let Order {
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines,
            shipping_address,
            shipping,
            promotions,
            totals,
            payment_method,
            payment,
            fulfilments,
            returns,
            refunds,
            notes,
            timeline,
            expires_at,
            version,
            created_at,
            updated_at,
        } = order.clone();
        Self {
            v: VERSION,
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: packed(lines),
            shipping_address: Packed(shipping_address),
            shipping: shipping.map(|shipping| Packed(shipping.into())),
            promotions: packed(promotions),
            totals: Packed(totals.into()),
            payment_method,
            payment,
            fulfilments: packed(fulfilments),
            returns: packed(returns),
            refunds: packed(refunds),
            notes,
            timeline: packed(timeline),
            expires_at,
            version,
            created_at,
            updated_at,
        }
    }
}

fn packed<T: Into<P>, P>(parts: Vec<T>) -> Packed<Vec<P>> {
    Packed(parts.into_iter().map(T::into).collect())
}

impl OrderItem {
    pub(super) fn into_order(self) -> Result<Order, StoreError> {
        let Self {
            v: _,
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: Packed(lines),
            shipping_address: Packed(shipping_address),
            shipping,
            promotions: Packed(promotions),
            totals: Packed(totals),
            payment_method,
            payment,
            fulfilments: Packed(fulfilments),
            returns: Packed(returns),
            refunds: Packed(refunds),
            notes,
            timeline: Packed(timeline),
            expires_at,
            version,
            created_at,
            updated_at,
        } = self;
        Ok(Order {
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: lines
                .into_iter()
                .map(|line| line.into_line(currency))
                .collect::<Result<_, _>>()?,
            shipping_address,
            shipping: shipping
                .map(|Packed(shipping)| shipping.into_shipping(currency))
                .transpose()?,
            promotions: promotions
                .into_iter()
                .map(|applied| applied.into_applied(currency))
                .collect::<Result<_, _>>()?,
            totals: totals.into_totals(currency)?,
            payment_method,
            payment,
            fulfilments: fulfilments.into_iter().map(Fulfilment::from).collect(),
            returns: returns.into_iter().map(Return::from).collect(),
            refunds: refunds
                .into_iter()
                .map(|refund| refund.into_refund(currency))
                .collect::<Result<_, _>>()?,
            notes,
            timeline: timeline.into_iter().map(Entry::from).collect(),
            expires_at,
            version,
            created_at,
            updated_at,
        })
    }
}

impl From<Line> for LineItem {
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
            unit_price: unit_price.amount(),
            discount: discount.amount(),
            discounts: discounts.into_iter().map(DiscountItem::from).collect(),
            tax: tax.amount(),
            taxes: taxes.into_iter().map(TaxItem::from).collect(),
            total: total.amount(),
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        }
    }
}

impl LineItem {
    fn into_line(self, currency: Currency) -> Result<Line, StoreError> {
        let Self {
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
        } = self;
        Ok(Line {
            id,
            sku,
            name,
            options,
            quantity,
            unit_price: money(unit_price, currency)?,
            discount: money(discount, currency)?,
            discounts: discounts
                .into_iter()
                .map(|discount| discount.into_discount(currency))
                .collect::<Result<_, _>>()?,
            tax: money(tax, currency)?,
            taxes: into_taxes(taxes, currency)?,
            total: money(total, currency)?,
            shipped,
            delivered,
            returned,
            refunded,
            cancelled,
        })
    }
}

impl From<Totals> for TotalsItem {
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
            items: items.amount(),
            discount: discount.amount(),
            shipping: shipping.amount(),
            tax: tax.amount(),
            shipping_tax: shipping_tax.amount(),
            tax_included,
            total: total.amount(),
            captured: captured.amount(),
            refunded: refunded.amount(),
        }
    }
}

impl TotalsItem {
    fn into_totals(self, currency: Currency) -> Result<Totals, StoreError> {
        let Self {
            items,
            discount,
            shipping,
            tax,
            shipping_tax,
            tax_included,
            total,
            captured,
            refunded,
        } = self;
        Ok(Totals {
            items: money(items, currency)?,
            discount: money(discount, currency)?,
            shipping: money(shipping, currency)?,
            tax: money(tax, currency)?,
            shipping_tax: money(shipping_tax, currency)?,
            tax_included,
            total: money(total, currency)?,
            captured: money(captured, currency)?,
            refunded: money(refunded, currency)?,
        })
    }
}

impl From<Entry> for EntryItem {
    fn from(entry: Entry) -> Self {
        let Entry {
            at,
            kind,
            actor,
            data,
        } = entry;
        Self {
            at,
            what: kind,
            actor,
            data,
        }
    }
}

impl From<EntryItem> for Entry {
    fn from(item: EntryItem) -> Self {
        let EntryItem {
            at,
            what,
            actor,
            data,
        } = item;
        Self {
            at,
            kind: what,
            actor,
            data,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::OrderItem;

    #[test]
    fn an_order_from_before_there_were_fulfilments_has_none() {
        let id = "0190a0b0-0000-7000-8000-000000000001";
        let at = "2026-01-15T08:30:00.000Z";
        let item = json!({
            "v": 1, "id": id, "number": "S-00000000000", "customer": null,
            "email": "ada@example.com", "status": "confirmed", "paymentStatus": "captured",
            "fulfilmentStatus": "unfulfilled", "currency": "EUR",
            "lines": [{
                "id": id, "sku": "MUG", "name": "Mug", "options": {}, "quantity": 2,
                "unitPrice": 100, "discount": 0, "tax": 0, "total": 200, "shipped": 0,
                "delivered": 0, "returned": 0, "refunded": 0, "cancelled": 0,
            }],
            "shippingAddress": {
                "name": "Ada", "line1": "Street 1", "city": "Town", "postalCode": "12345",
                "country": "DE",
            },
            "totals": {
                "items": 200, "discount": 0, "shipping": 0, "tax": 0, "total": 200,
                "captured": 200, "refunded": 0,
            },
            "paymentMethod": null, "payment": null,
            "timeline": [{"at": at, "what": "placed", "actor": "guest", "data": null}],
            "expiresAt": at, "version": 3, "createdAt": at, "updatedAt": at,
        });
        let item: OrderItem = serde_json::from_value(item).unwrap();
        let order = item.into_order().unwrap();
        assert!(order.fulfilments.is_empty() && order.returns.is_empty());
        assert_eq!((order.notes, order.version), (0, 3));
    }
}
