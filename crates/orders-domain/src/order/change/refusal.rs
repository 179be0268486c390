//! Why an order is not changed so.

use thiserror::Error;

use crate::{
    id::OrderProductId,
    invalid::list,
    order::{Order, status::OrderStatus},
    plural::{Are, Counted},
    shipment::{ShipmentNumber, cancellation::MOST_CANCELLATIONS, status::ShipmentStatus},
};

/// The order's state forbids it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotAllowed {
    /// Its status does.
    #[error("the order is {status} and cannot {attempt}")]
    Status {
        /// What was tried, as a verb phrase.
        attempt: String,
        /// The present status.
        status: OrderStatus,
        /// What the status may become.
        allowed: Vec<OrderStatus>,
    },
    /// A part of it is out, so it is not called off as a whole.
    #[error(
        "a part of the order is out, so it cannot become cancelled: what is not out can be, \
         by POST to the order's cancellations"
    )]
    PartlyOut {
        /// The present status.
        status: OrderStatus,
        /// What the status may become.
        allowed: Vec<OrderStatus>,
    },
    /// Several of its parcels could be meant.
    #[error("the order has several shipments that could be meant: {}", list(shipments))]
    Ambiguous {
        /// Their numbers.
        shipments: Vec<ShipmentNumber>,
    },
    /// The parcel's status does.
    #[error("shipment {number} is {status} and cannot {attempt}")]
    Shipment {
        /// Which parcel.
        number: ShipmentNumber,
        /// What was tried, as a verb phrase.
        attempt: String,
        /// The parcel's present status.
        status: ShipmentStatus,
    },
    /// There is no such parcel.
    #[error("the order has no shipment {number}")]
    NoShipment {
        /// Its number.
        number: ShipmentNumber,
    },
    /// A carrier without a number, or a number without a carrier.
    #[error("{missing} is missing, and {there} is not")]
    Half {
        /// What there is.
        there: &'static str,
        /// What is missing.
        missing: &'static str,
    },
    /// Not so many pieces of a line are open.
    #[error("{} of line {line} {} to be in the shipment, and {open} {} open",
        Counted((*wanted).into(), "piece"),
        Are((*wanted).into()),
        Are((*open).into())
    )]
    NotOpen {
        /// Which line.
        line: OrderProductId,
        /// How many are wanted.
        wanted: u32,
        /// How many are in no parcel and not cancelled.
        open: u32,
    },
    /// Nothing is open.
    #[error("nothing of the order is open: all of it is in shipments or cancelled")]
    NothingOpen,
    /// Not so many pieces of a line can be cancelled.
    #[error("{} of line {line} {} to be cancelled, and {left} {} not out",
        Counted((*wanted).into(), "piece"),
        Are((*wanted).into()),
        Are((*left).into())
    )]
    Out {
        /// Which line.
        line: OrderProductId,
        /// How many are to be cancelled.
        wanted: u32,
        /// How many are not out, and wanted.
        left: u32,
    },
    /// It has as many parcels as there can be.
    #[error(
        "the order has had {} shipments, and cannot have another one: what is not out can be cancelled, \
         by POST to the order's cancellations",
        ShipmentNumber::MAX
    )]
    NoMoreShipments,
    /// It would have more parcels than there can be.
    #[error(
        "what is open takes {}, and the order can have {left} more: ship it in fewer, or cancel some of it",
        Counted(i64::try_from(*needed).unwrap_or(i64::MAX), "parcel")
    )]
    TooManyParcels {
        /// How many it takes.
        needed: usize,
        /// How many more there can be.
        left: usize,
    },
    /// It has as many cancellations as there can be.
    #[error(
        "the order has had {MOST_CANCELLATIONS} cancellations, and cannot have another one but of all that is not out"
    )]
    NoMoreCancellations,
}

impl NotAllowed {
    /// The status of an order forbids it.
    #[must_use]
    pub fn status(order: &Order, attempt: impl Into<String>) -> Self {
        Self::Status { attempt: attempt.into(), status: order.status(), allowed: order.allowed() }
    }
}
