//! Where the goods of an order are: how far they have come, and what may be asked of them.

use std::fmt;

use super::fulfilment::ShipmentStatus;
use super::line::Line;
use super::returns::ReturnStatus;
use super::{FulfilmentStatus, MAX_LINES, Order, OrderStatus};
use crate::id::LineId;
use crate::machine::Forbidden;
use crate::quantity::Quantity;
use crate::rule::Fault;

/// Some units of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units {
    /// Of which line.
    pub line: LineId,
    /// How many.
    pub quantity: Quantity,
}

/// Why goods cannot leave, arrive or come back as they are said to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GoodsError {
    /// The order stands where nothing of the kind can happen.
    Barred {
        /// Where it stands.
        status: OrderStatus,
        /// Where it would have to.
        allowed: &'static [OrderStatus],
    },
    /// The order has no such fulfilment or return.
    Unknown,
    /// A fulfilment cannot go there from where it is.
    Fulfilment(Forbidden<ShipmentStatus>),
    /// A return cannot go there from where it is.
    Return(Forbidden<ReturnStatus>),
    /// What was said of the units does not fit what there is, each fault with its field.
    Faults(Vec<Fault>),
}

impl fmt::Display for GoodsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Barred { status, allowed } => {
                let allowed: Vec<&str> = allowed.iter().map(|status| status.as_str()).collect();
                let allowed = allowed.join(" or ");
                write!(f, "the order is {status}; it must be {allowed} for that")
            }
            Self::Unknown => f.write_str("the order has no such thing"),
            Self::Fulfilment(forbidden) => write!(f, "the fulfilment {forbidden}"),
            Self::Return(forbidden) => write!(f, "the return {forbidden}"),
            Self::Faults(faults) => {
                let lines: Vec<String> = faults.iter().map(Fault::to_string).collect();
                f.write_str(&lines.join("; "))
            }
        }
    }
}

impl std::error::Error for GoodsError {}

impl GoodsError {
    pub(super) fn fault(field: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Faults(vec![Fault::new(field, rule)])
    }

    pub(super) fn too_many(field: &str, what: &str, max: impl fmt::Display) -> Self {
        Self::fault(field, format!("an order may have at most {max} {what}"))
    }
}

impl FulfilmentStatus {
    /// How far goods have come, told from the counters of their lines and from nothing else.
    ///
    /// What counts is how far the foremost have come, and whether all that are not called off have.
    #[must_use]
    pub fn of(lines: &[Line]) -> Self {
        let sum = |part: fn(&Line) -> u32| lines.iter().map(part).map(u64::from).sum::<u64>();
        let due = sum(|line| line.quantity.get().saturating_sub(line.cancelled));
        if due == 0 {
            return Self::Cancelled;
        }
        let steps = [
            (
                sum(|line| line.returned),
                Self::PartiallyReturned,
                Self::Returned,
            ),
            (
                sum(|line| line.delivered),
                Self::PartiallyDelivered,
                Self::Delivered,
            ),
            (
                sum(|line| line.shipped),
                Self::PartiallyShipped,
                Self::Shipped,
            ),
        ];
        steps.into_iter().find(|(units, ..)| *units > 0).map_or(
            Self::Unfulfilled,
            |(units, some, all)| {
                if units == due { all } else { some }
            },
        )
    }
}

impl Order {
    /// Refuses what is asked of an order that does not stand in one of these states.
    pub(super) fn standing(&self, allowed: &'static [OrderStatus]) -> Result<(), GoodsError> {
        if allowed.contains(&self.status) {
            return Ok(());
        }
        Err(GoodsError::Barred {
            status: self.status,
            allowed,
        })
    }

    /// The same order with its lines as they are now, and what follows from them.
    pub(super) fn with_lines(self, lines: Vec<Line>) -> Self {
        Self {
            fulfilment_status: FulfilmentStatus::of(&lines),
            lines,
            ..self
        }
    }

    /// The lines, those among `units` changed by how many there are of each.
    pub(super) fn lines_with(
        &self,
        units: impl IntoIterator<Item = (LineId, u32)>,
        change: fn(&mut Line, u32),
    ) -> Vec<Line> {
        let mut lines = self.lines.clone();
        for (id, quantity) in units {
            if let Some(line) = lines.iter_mut().find(|line| line.id == id) {
                change(line, quantity);
            }
        }
        lines
    }

    /// What is asked for, each line once; `left` tells how many units of a line there are to be had,
    /// and `verb` what for. All that is wrong is named at once.
    pub(super) fn asked(
        &self,
        units: &[Units],
        left: impl Fn(&Line) -> u32,
        verb: &str,
    ) -> Result<Vec<Units>, GoodsError> {
        if !(1..=MAX_LINES).contains(&units.len()) {
            let rule = format!("must have 1 to {MAX_LINES} items");
            return Err(GoodsError::fault("lines", rule));
        }
        let mut faults = Vec::new();
        let mut merged: Vec<Units> = Vec::with_capacity(units.len());
        for (index, asked) in units.iter().enumerate() {
            let Some(line) = self.lines.iter().find(|line| line.id == asked.line) else {
                let field = format!("lines[{index}].lineId");
                faults.push(Fault::new(field, "is no line of this order"));
                continue;
            };
            let left = left(line);
            let before = merged.iter_mut().find(|units| units.line == line.id);
            let sum =
                before.as_ref().map_or(0, |units| units.quantity.get()) + asked.quantity.get();
            match Quantity::try_from(sum) {
                Ok(quantity) if sum <= left => match before {
                    Some(units) => units.quantity = quantity,
                    None => merged.push(Units {
                        line: line.id,
                        quantity,
                    }),
                },
                _ => {
                    let field = format!("lines[{index}].quantity");
                    let sku = &line.sku;
                    let rule = format!("{left} of {sku} can be {verb}, {sum} are asked for");
                    faults.push(Fault::new(field, rule));
                }
            }
        }
        if faults.is_empty() {
            Ok(merged)
        } else {
            Err(GoodsError::Faults(faults))
        }
    }
}

/// So many units, as people say it.
pub(super) fn counted(units: u32) -> String {
    match units {
        1 => "1 unit".to_owned(),
        units => format!("{units} units"),
    }
}
