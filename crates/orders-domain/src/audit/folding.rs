//! What the events of an order add up to, and where they do not.

use super::{
    difference::Difference,
    kind::DifferenceKind,
    order::{StoredEvent, StoredOrder},
};
use crate::order::{event::Happening, progress::Progress};

/// How far the events bring the order: at its version, and after the last of them.
#[derive(Debug)]
pub(super) struct Folded {
    /// What it was at its version.
    pub at_version: Option<Progress>,
    /// What it is after all events, with the event that came last.
    pub last: Option<Progress>,
}

/// Adds the events up. `None` where one of them cannot be read, is missing or cannot follow.
pub(super) fn fold(stored: &StoredOrder, found: &mut Vec<Difference>) -> Option<Folded> {
    let mut progress: Option<Progress> = None;
    let mut at_version = None;
    for event in &stored.events {
        let (what, checkpoint) = event.said.as_ref()?;
        let after = match (progress.take(), what) {
            (None, Happening::Placed { .. }) | (_, Happening::Migrated { .. }) => {
                Progress::PLACED.take(what, &stored.lines, event.at)
            }
            (Some(progress), what) if !matches!(what, Happening::Placed { .. }) => {
                progress.follow(what, &stored.lines, event.at)
            }
            _ => {
                found.push(impossible(stored, event, "cannot follow: an order is placed once, and first"));
                return None;
            }
        };
        let mut after = match after {
            Ok(after) => after,
            Err(error) => {
                found.push(impossible(stored, event, &error.reason));
                return None;
            }
        };
        recall_notes(&mut after, stored);
        if let Some(checkpoint) = checkpoint {
            let mut said = Progress::clone(checkpoint);
            recall_notes(&mut said, stored);
            if said != after {
                let reason = format!(
                    "has event {}, which says another state at version {} than the events until then add up to",
                    event.id, event.version
                );
                found.push(Difference::of_order(DifferenceKind::OrderCheckpoint, stored.id, reason));
            }
        }
        if event.version == stored.version {
            at_version = Some(after.clone());
        }
        progress = Some(after);
    }
    Some(Folded { at_version, last: progress })
}

fn impossible(stored: &StoredOrder, event: &StoredEvent, reason: &str) -> Difference {
    let reason = format!("has event {} at version {}, which {reason}", event.id, event.version);
    Difference::of_order(DifferenceKind::OrderEventImpossible, stored.id, reason)
}

/// What is said of cancellations is in no event.
fn recall_notes(progress: &mut Progress, stored: &StoredOrder) {
    for (then, now) in progress.cancellations.iter_mut().zip(&stored.progress.cancellations) {
        then.note.clone_from(&now.note);
    }
}
