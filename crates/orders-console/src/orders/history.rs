//! What happened to an order, in words.

use orders_domain::{Event, EventId, Happening, OwnedOrder, Part, Version, What, ports::EventLimit};

use crate::{
    http::{failure::Failure, visit::Visit},
    words::{Badge, Moment, actor, counted},
};

/// A line of the history.
pub struct Line {
    /// When.
    pub at: Moment,
    /// What.
    pub what: String,
    /// By whom.
    pub who: String,
    /// The version of the order that it made.
    pub version: i64,
    /// The event.
    pub event: EventId,
}

/// What happened to an order after a version of it, or all of it, the newest first.
pub async fn after(
    visit: &Visit,
    order: &OwnedOrder,
    version: Option<Version>,
) -> Result<Vec<Line>, Failure> {
    let page = visit.desk.orders.timeline(order, None, EventLimit::MAX).await?;
    let is_after = |event: &&Event| version.is_none_or(|seen| event.version > seen);
    Ok(page.events.iter().rev().filter(is_after).map(line).collect())
}

fn line(event: &Event) -> Line {
    let what = match &event.what {
        What::Order(happening) => told(happening),
        What::Other { event_type, .. } => event_type.as_str().to_owned(),
    };
    Line {
        at: event.at.into(),
        what,
        who: actor(event.origin.actor),
        version: event.version.get(),
        event: event.id,
    }
}

fn pieces(parts: &[Part]) -> String {
    counted(parts.iter().map(|part| u64::from(part.quantity.get())).sum(), "piece")
}

fn told(happening: &Happening) -> String {
    match happening {
        Happening::Placed { lines } => {
            let sum: u64 = lines.iter().map(|(_, quantity)| u64::from(quantity.get())).sum();
            format!("Placed: {} of {}", counted(sum, "piece"), counted(lines.len() as u64, "product"))
        }
        Happening::Tracked { number, tracking, .. } => {
            let which = number.map(|number| format!(" of parcel {number}")).unwrap_or_default();
            format!("Carrier and number{which}: {} {}", tracking.provider(), tracking.number())
        }
        Happening::Moved(became) if became.from == became.to => "What was on its way has arrived".to_owned(),
        Happening::Moved(became) => {
            format!("{} → {}", Badge::from(became.from).word, Badge::from(became.to).word)
        }
        Happening::Migrated { status, .. } => {
            format!("Taken over from before there were events, as {}", Badge::from(*status).word)
        }
        Happening::Planned { proposal, .. } => {
            format!("Planned in {}", counted(proposal.parcels.len() as u64, "parcel"))
        }
        Happening::ShipmentCreated { number, shipment, .. } => {
            let from = shipment.from.as_ref().map(|from| format!(" from {}", from.code)).unwrap_or_default();
            let status = Badge::from(shipment.status).word.to_lowercase();
            format!("Parcel {number} made{from}, {status}: {}", pieces(&shipment.parts))
        }
        Happening::ShipmentChanged { number, from, to, tracking, .. } if from == to => match tracking {
            Some(tracking) => format!("Parcel {number}: {} {}", tracking.provider(), tracking.number()),
            None => format!("Parcel {number}: no carrier"),
        },
        Happening::ShipmentChanged { number, from, to, .. } => {
            format!("Parcel {number}: {} → {}", Badge::from(*from).word, Badge::from(*to).word)
        }
        Happening::PartiallyCancelled { reason, parts, .. } => {
            format!("{} cancelled: {reason}", pieces(parts))
        }
        Happening::ContactChanged { .. } => "Contact details changed".to_owned(),
    }
}
