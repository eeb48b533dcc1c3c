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
use crate::error::StoreError;

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
    lines: Vec<LineItem>,
    shipping_address: Address,
    #[serde(default)]
    shipping: Option<ShippingItem>,
    #[serde(default)]
    promotions: Vec<AppliedItem>,
    totals: TotalsItem,
    payment_method: Option<PaymentMethod>,
    payment: Option<PaymentId>,
    // Orders that were written before there were any have none of these.
    #[serde(default)]
    fulfilments: Vec<FulfilmentItem>,
    #[serde(default)]
    returns: Vec<ReturnItem>,
    #[serde(default)]
    notes: u32,
    timeline: Vec<EntryItem>,
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
    options: BTreeMap<OptionName, OptionValue>,
    quantity: Quantity,
    unit_price: i64,
    discount: i64,
    #[serde(default)]
    discounts: Vec<DiscountItem>,
    tax: i64,
    #[serde(default)]
    taxes: Vec<TaxItem>,
    total: i64,
    shipped: u32,
    delivered: u32,
    returned: u32,
    refunded: u32,
    cancelled: u32,
}

/// Amounts in the order's currency.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TotalsItem {
    items: i64,
    discount: i64,
    shipping: i64,
    tax: i64,
    #[serde(default)]
    shipping_tax: i64,
    #[serde(default)]
    tax_included: bool,
    total: i64,
    captured: i64,
    refunded: i64,
    #[serde(default)]
    refund_failed: i64,
}

#[derive(Serialize, Deserialize)]
struct EntryItem {
    at: Timestamp,
    what: Moment,
    actor: Actor,
    data: Option<String>,
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
            notes,
            timeline,
            expires_at,
            version,
            created_at,
            updated_at,
        } = order.clone();
        Self {
            v: 1,
            id,
            number,
            customer,
            email,
            status,
            payment_status,
            fulfilment_status,
            currency,
            lines: lines.into_iter().map(LineItem::from).collect(),
            shipping_address,
            shipping: shipping.map(ShippingItem::from),
            promotions: promotions.into_iter().map(AppliedItem::from).collect(),
            totals: TotalsItem::from(totals),
            payment_method,
            payment,
            fulfilments: fulfilments.into_iter().map(FulfilmentItem::from).collect(),
            returns: returns.into_iter().map(ReturnItem::from).collect(),
            notes,
            timeline: timeline.into_iter().map(EntryItem::from).collect(),
            expires_at,
            version,
            created_at,
            updated_at,
        }
    }
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
            lines,
            shipping_address,
            shipping,
            promotions,
            totals,
            payment_method,
            payment,
            fulfilments,
            returns,
            notes,
            timeline,
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
                .map(|shipping| shipping.into_shipping(currency))
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
            refund_failed,
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
            refund_failed: refund_failed.amount(),
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
            refund_failed,
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
            refund_failed: money(refund_failed, currency)?,
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
