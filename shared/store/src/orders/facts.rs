//! What others need to know of an order, its parcels and what comes back of it.

use domain::id::LineId;
use domain::order::{Fulfilment, Order, Receipt, Return};

use crate::event::{
    FulfilmentFacts, LineFacts, OrderFacts, ReceivedFacts, ReturnFacts, TrackingFacts,
};

impl OrderFacts {
    /// What others need to know of an order.
    #[must_use]
    pub fn of(order: &Order, reason: Option<&str>) -> Self {
        Self {
            order_id: order.id,
            number: order.number.to_string(),
            customer_id: order.customer,
            email: order.email.clone(),
            total: order.totals.total,
            payment_method: order.payment_method.clone(),
            lines: order
                .lines
                .iter()
                .map(|line| LineFacts {
                    sku: line.sku.clone(),
                    name: line.name.to_string(),
                    options: line.options.clone(),
                    quantity: line.quantity.get(),
                    total: Some(line.total),
                })
                .collect(),
            reason: reason.map(str::to_owned),
        }
    }
}

impl FulfilmentFacts {
    /// What others need to know of a parcel.
    #[must_use]
    pub fn of(order: &Order, fulfilment: &Fulfilment) -> Self {
        let parts = fulfilment.lines.iter();
        Self {
            order_id: order.id,
            number: order.number.to_string(),
            customer_id: order.customer,
            email: order.email.clone(),
            fulfilment_id: fulfilment.id,
            lines: parts
                .filter_map(|units| line(order, units.line, units.quantity.get()))
                .collect(),
            tracking: fulfilment.tracking.as_ref().map(|tracking| TrackingFacts {
                carrier: tracking.carrier.as_ref().map(ToString::to_string),
                number: tracking.number.to_string(),
                url: tracking.url.as_ref().map(ToString::to_string),
            }),
        }
    }
}

impl ReturnFacts {
    /// What others need to know of a return, and of what came of it in one go, if anything did.
    #[must_use]
    pub fn of(order: &Order, returned: &Return, receipt: Option<&Receipt>) -> Self {
        let parts = returned.lines.iter();
        Self {
            order_id: order.id,
            number: order.number.to_string(),
            customer_id: order.customer,
            email: order.email.clone(),
            return_id: returned.id,
            lines: parts
                .filter_map(|part| line(order, part.line, part.quantity.get()))
                .collect(),
            reason: returned.reason.to_string(),
            status: returned.status,
            receipt: receipt.map(|receipt| receipt.number),
            received: receipt.map_or_else(Vec::new, |receipt| {
                let came = receipt.lines.iter();
                came.filter_map(|came| {
                    let units = came.restocked + came.written_off;
                    let LineFacts {
                        sku,
                        name,
                        options: _,
                        quantity,
                        total: _,
                    } = line(order, came.line, units)?;
                    Some(ReceivedFacts {
                        sku,
                        name,
                        quantity,
                        restocked: came.restocked,
                        written_off: came.written_off,
                    })
                })
                .collect()
            }),
        }
    }
}

/// So many units of a line.
fn line(order: &Order, id: LineId, quantity: u32) -> Option<LineFacts> {
    let line = order.lines.iter().find(|line| line.id == id)?;
    Some(LineFacts {
        sku: line.sku.clone(),
        name: line.name.to_string(),
        options: line.options.clone(),
        quantity,
        total: None,
    })
}
