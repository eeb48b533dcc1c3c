//! A fulfilment on the wire.

use domain::clock::Timestamp;
use domain::id::{FulfilmentId, LineId, OrderId};
use domain::order::{
    Carrier, Fulfilment, Order, ShipmentStatus, Tracking, TrackingNumber, TrackingUrl, Units,
};
use domain::quantity::Quantity;
use edge::{Failure, Reply};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::goods::refused;

/// The path of one fulfilment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FulfilmentPath {
    /// The order's id.
    pub(crate) id: OrderId,
    /// The fulfilment's id.
    pub(crate) fulfilment_id: FulfilmentId,
}

/// Some units of a line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "LineUnits")]
pub(crate) struct UnitsForm {
    /// Of which line.
    line_id: LineId,
    /// How many, 1 to 999.
    quantity: Quantity,
}

/// Where a parcel can be followed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Tracking")]
pub(crate) struct TrackingForm {
    /// Who carries it; null if nobody says.
    carrier: Option<Carrier>,
    /// The carrier's number for it.
    number: TrackingNumber,
    /// The page that shows where it is; null if there is none.
    url: Option<TrackingUrl>,
}

/// A parcel on its way.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "OrderFulfilment")]
pub(crate) struct FulfilmentView {
    /// The fulfilment's id.
    pub(crate) id: FulfilmentId,
    /// What is in it, each line once.
    #[schemars(length(min = 1, max = 25))]
    lines: Vec<UnitsForm>,
    /// Where it can be followed; null if nobody says.
    tracking: Option<TrackingForm>,
    status: ShipmentStatus,
    /// When it was sent.
    shipped_at: Timestamp,
    /// When it arrived; null before.
    delivered_at: Option<Timestamp>,
    /// When it turned out that it had never left; null unless it did.
    cancelled_at: Option<Timestamp>,
}

/// A parcel of an order.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Fulfilment")]
pub(crate) struct FulfilmentOfOrder {
    /// Whose goods are in it.
    order_id: OrderId,
    #[serde(flatten)]
    fulfilment: FulfilmentView,
    /// The version of the order, of which it is a part; the ETag is made of it.
    version: u64,
}

impl FulfilmentOfOrder {
    /// A fulfilment of the order as it stands.
    pub(crate) fn of(order: &Order, id: FulfilmentId) -> Result<Self, Failure> {
        let fulfilment = order.fulfilment(id).map_err(refused)?;
        Ok(Self {
            order_id: order.id,
            fulfilment: fulfilment.clone().into(),
            version: order.version,
        })
    }

    /// It as an answer.
    pub(crate) fn reply(self) -> Reply<Self> {
        let version = self.version;
        Reply::of(self).version(version)
    }

    /// It as the answer to whoever made it.
    pub(crate) fn created(self) -> Reply<Self> {
        let path = format!(
            "/orders/{}/fulfilments/{}",
            self.order_id, self.fulfilment.id
        );
        self.reply().location(path)
    }
}

impl From<Fulfilment> for FulfilmentView {
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
        Self {
            id,
            lines: lines.into_iter().map(UnitsForm::from).collect(),
            tracking: tracking.map(TrackingForm::from),
            status,
            shipped_at,
            delivered_at,
            cancelled_at,
        }
    }
}

impl From<Units> for UnitsForm {
    fn from(units: Units) -> Self {
        let Units { line, quantity } = units;
        Self {
            line_id: line,
            quantity,
        }
    }
}

impl From<UnitsForm> for Units {
    fn from(form: UnitsForm) -> Self {
        let UnitsForm { line_id, quantity } = form;
        Self {
            line: line_id,
            quantity,
        }
    }
}

impl From<Tracking> for TrackingForm {
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

impl From<TrackingForm> for Tracking {
    fn from(form: TrackingForm) -> Self {
        let TrackingForm {
            carrier,
            number,
            url,
        } = form;
        Self {
            carrier,
            number,
            url,
        }
    }
}
