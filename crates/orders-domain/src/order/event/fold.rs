//! How the events of an order add up to it.

use chrono::{DateTime, Utc};

use super::{Happening, OrderEvent};
use crate::{
    invalid::InvalidInput,
    order::{Order, line::OrderProduct, progress::Progress, status::OrderStatus},
    version::Version,
};

impl OrderEvent {
    /// Every so many versions an event says how far the order had come.
    pub const CHECKPOINT: i64 = 16;

    /// How many of the last events say all of what an order is. Of those that were written before there were
    /// checkpoints all but five said it.
    pub const TELLING: usize = 24;

    /// Whether the event of this version says how far the order had come.
    #[must_use]
    pub fn is_checkpoint(version: Version) -> bool {
        version.get() % Self::CHECKPOINT == 0
    }

    /// How far the order has come by it, if it says so without the events before it.
    fn base(&self, lines: &[OrderProduct]) -> Option<Result<Progress, InvalidInput>> {
        match &self.what {
            _ if self.checkpoint.is_some() => self.checkpoint.as_deref().cloned().map(Ok),
            Happening::Placed { .. } | Happening::Migrated { .. } => {
                Some(Progress::PLACED.take(&self.what, lines, self.at))
            }
            // When it was written, an order had but one parcel.
            Happening::Tracked { number: None, tracking, status } => {
                Some(Ok(Progress::of_one_parcel(*status, Some(tracking.clone()), lines, self.at)))
            }
            _ => None,
        }
    }

    /// Whether it can come next, after an event that made this version.
    fn follows(&self, version: Version) -> bool {
        match self.what {
            Happening::Placed { .. } => false,
            // What was before it is not known.
            Happening::Migrated { .. } => version == Version::FIRST && self.version > version,
            _ => self.version == version.next(),
        }
    }
}

impl Happening {
    /// The status that the order must have had before it, if it says.
    fn status_before(&self) -> Option<OrderStatus> {
        match self {
            Self::Tracked { status, .. } => Some(*status),
            what => what.became().map(|became| became.from),
        }
    }
}

impl Progress {
    /// How far an order is after something that is said to have happened to it.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`], without who said it, when that cannot follow or does not lead to what it says.
    pub(crate) fn follow(
        self,
        what: &Happening,
        lines: &[OrderProduct],
        at: DateTime<Utc>,
    ) -> Result<Self, InvalidInput> {
        let says = |reason: &str| InvalidInput::new("event", reason);
        if what.status_before().is_some_and(|before| before != self.status) {
            return Err(says("does not follow the events before it"));
        }
        let after = self.take(what, lines, at).map_err(|error| says(&format!("cannot happen: {error}")))?;
        if what.became().is_some_and(|became| became.to != after.status) {
            return Err(says("says another status than it leads to"));
        }
        Ok(after)
    }

    /// How far these events of an order of these lines bring it, from the first on that says all: its first events, or
    /// the last [`OrderEvent::TELLING`] of them.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when none of them says all, or one cannot follow: the store is corrupt.
    pub(crate) fn summed(last: &[OrderEvent], lines: &[OrderProduct]) -> Result<Self, InvalidInput> {
        let base = last.iter().enumerate().find_map(|(index, event)| {
            let base = event.base(lines)?;
            Some((index, base))
        });
        let Some((index, base)) = base else {
            let order = last.first().map_or(0, |event| event.order.get());
            let reason = format!("of order {order} has none before it that says all");
            return Err(InvalidInput::new("event", reason));
        };
        let mut progress = base?;
        for event in &last[index + 1..] {
            let named =
                |error: InvalidInput| InvalidInput::new("event", format!("{} {}", event.id, error.reason));
            progress = progress.follow(&event.what, lines, event.at).map_err(named)?;
        }
        Ok(progress)
    }
}

impl Order {
    /// The order as it was at the last of these: its first events until then, or only the last
    /// [`OrderEvent::TELLING`] of them. `None` without any. What is personal is as it is now.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are not events of this order that follow each other, or do not say
    /// all: the store is corrupt.
    pub fn as_of(self, last: &[OrderEvent]) -> Result<Option<Self>, InvalidInput> {
        let Some(newest) = last.last() else { return Ok(None) };
        let mut before = None;
        for event in last {
            let fail = |reason| Err(InvalidInput::new("event", format!("{} {reason}", event.id)));
            if event.order != self.id {
                return fail("is of another order");
            }
            if !before.is_none_or(|before| event.follows(before)) {
                return fail("does not follow the events before it");
            }
            before = Some(event.version);
        }
        let mut progress = Progress::summed(last, &self.lines)?;
        self.recall_notes(&mut progress);
        Ok(Some(Self { progress, version: newest.version, updated_at: newest.at, ..self }))
    }

    /// What is said of cancellations is in no event.
    fn recall_notes(&self, then: &mut Progress) {
        for (then, now) in then.cancellations.iter_mut().zip(&self.progress.cancellations) {
            then.note.clone_from(&now.note);
        }
    }
}
