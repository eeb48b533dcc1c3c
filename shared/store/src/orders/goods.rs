//! Fulfilments and returns as they are stored with their order.

use serde::{Deserialize, Serialize};

use domain::clock::Timestamp;
use domain::id::{FulfilmentId, LineId, ReturnId};
use domain::order::{
    Carrier, Fulfilment, Return, ReturnLine, ReturnStatus, ShipmentStatus, Tracking,
    TrackingNumber, TrackingUrl, Units,
};
use domain::quantity::Quantity;
use domain::text::Reason;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FulfilmentItem {
    id: FulfilmentId,
    lines: Vec<UnitsItem>,
    tracking: Option<TrackingItem>,
    status: ShipmentStatus,
    shipped_at: Timestamp,
    delivered_at: Option<Timestamp>,
    cancelled_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct UnitsItem {
    line: LineId,
    quantity: Quantity,
}

#[derive(Serialize, Deserialize)]
struct TrackingItem {
    carrier: Option<Carrier>,
    number: TrackingNumber,
    url: Option<TrackingUrl>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReturnItem {
    id: ReturnId,
    lines: Vec<ReturnLineItem>,
    reason: Reason,
    status: ReturnStatus,
    receipts: u32,
    requested_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReturnLineItem {
    line: LineId,
    quantity: Quantity,
    restocked: u32,
    written_off: u32,
}

impl From<Fulfilment> for FulfilmentItem {
    fn from(fulfilment: Fulfilment) -> Self {
        let Fulfilment {
            id,
            lines,
            tracking,
            status,
            shipped_at,
            delivered_at,
            cancelled_at,
        } = fulfilment;
        let lines = lines
            .into_iter()
            .map(|Units { line, quantity }| UnitsItem { line, quantity });
        Self {
            id,
            lines: lines.collect(),
            tracking: tracking.map(TrackingItem::from),
            status,
            shipped_at,
            delivered_at,
            cancelled_at,
        }
    }
}

impl From<FulfilmentItem> for Fulfilment {
    fn from(item: FulfilmentItem) -> Self {
        let FulfilmentItem {
            id,
            lines,
            tracking,
            status,
            shipped_at,
            delivered_at,
            cancelled_at,
        } = item;
        let lines = lines
            .into_iter()
            .map(|UnitsItem { line, quantity }| Units { line, quantity });
        Self {
            id,
            lines: lines.collect(),
            tracking: tracking.map(Tracking::from),
            status,
            shipped_at,
            delivered_at,
            cancelled_at,
        }
    }
}

impl From<Tracking> for TrackingItem {
    fn from(tracking: Tracking) -> Self {
        let Tracking {
            carrier,
            number,
            url,
        } = tracking;
        Self {
            carrier,
            number,
            url,
        }
    }
}

impl From<TrackingItem> for Tracking {
    fn from(item: TrackingItem) -> Self {
        let TrackingItem {
            carrier,
            number,
            url,
        } = item;
        Self {
            carrier,
            number,
            url,
        }
    }
}

impl From<Return> for ReturnItem {
    fn from(returned: Return) -> Self {
        let Return {
            id,
            lines,
            reason,
            status,
            receipts,
            requested_at,
            updated_at,
        } = returned;
        Self {
            id,
            lines: lines.into_iter().map(ReturnLineItem::from).collect(),
            reason,
            status,
            receipts,
            requested_at,
            updated_at,
        }
    }
}

impl From<ReturnItem> for Return {
    fn from(item: ReturnItem) -> Self {
        let ReturnItem {
            id,
            lines,
            reason,
            status,
            receipts,
            requested_at,
            updated_at,
        } = item;
        Self {
            id,
            lines: lines.into_iter().map(ReturnLine::from).collect(),
            reason,
            status,
            receipts,
            requested_at,
            updated_at,
        }
    }
}

impl From<ReturnLine> for ReturnLineItem {
    fn from(line: ReturnLine) -> Self {
        let ReturnLine {
            line,
            quantity,
            restocked,
            written_off,
        } = line;
        Self {
            line,
            quantity,
            restocked,
            written_off,
        }
    }
}

impl From<ReturnLineItem> for ReturnLine {
    fn from(item: ReturnLineItem) -> Self {
        let ReturnLineItem {
            line,
            quantity,
            restocked,
            written_off,
        } = item;
        Self {
            line,
            quantity,
            restocked,
            written_off,
        }
    }
}
