//! What happened, in the order in which it can be read.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    code::MarketplaceCode,
    event::{Actor, EventType, Facts, Origin, Subject},
    failure::PortError,
    id::{EventId, OrderId},
    invalid::InvalidInput,
    order::event::{Happening, OrderEvent},
    version::Version,
};

/// How many events a page holds at most: 1 to 1,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventLimit(u16);

impl EventLimit {
    /// The largest page.
    pub const MAX: Self = Self(1000);

    /// A page of one event.
    pub const ONE: Self = Self(1);

    /// As many as are read for those who take what there is in pieces.
    pub const PIECE: Self = Self(500);

    /// The page of somebody who did not say.
    pub const DEFAULT: Self = Self(100);

    /// What is said of a number that is none.
    #[must_use]
    pub fn refused(value: impl std::fmt::Display) -> InvalidInput {
        InvalidInput::new("limit", format!("{value} is not from 1 to {}", Self::MAX.0))
    }

    /// The number of events.
    #[must_use]
    pub fn get(self) -> usize {
        self.0.into()
    }
}

impl TryFrom<i64> for EventLimit {
    type Error = InvalidInput;

    fn try_from(value: i64) -> Result<Self, InvalidInput> {
        let limit = u16::try_from(value).ok().filter(|limit| (1..=Self::MAX.0).contains(limit));
        limit.map(Self).ok_or_else(|| Self::refused(value))
    }
}

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Something happened to an order.
    Order(Happening),
    /// Something happened to anything else.
    Other {
        /// What.
        event_type: EventType,
        /// What is told of it.
        said: Facts,
        /// What is kept with it, by which asking again is answered.
        made: Facts,
    },
}

/// Something that happened. Each version of a subject since it came, or since events began, has at most one;
/// of an order exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number among all events: ascending in the order in which readers see them.
    pub id: EventId,
    /// To what.
    pub subject: Subject,
    /// The version that it made.
    pub version: Version,
    /// When, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// By whom.
    pub origin: Origin,
    /// In which marketplace, if it happened in one.
    pub marketplace: Option<MarketplaceCode>,
    /// What.
    pub what: What,
}

impl Event {
    /// What kind of thing happened.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        match &self.what {
            What::Order(what) => what.event_type(),
            What::Other { event_type, .. } => *event_type,
        }
    }

    /// Whether it is of an order's history, which the command line has brought in: readers of the feed see it, and
    /// nobody is written to and nothing is done because of it.
    #[must_use]
    pub fn is_history(&self) -> bool {
        matches!(self.what, What::Order(_)) && self.origin.actor == Actor::Cli
    }

    /// The event of an order, if it is one, without what it may say of how far the order had come.
    #[must_use]
    pub fn of_order(self) -> Option<OrderEvent> {
        let Self { id, subject, version, at, origin, marketplace, what } = self;
        let (Subject::Order(order), What::Order(what)) = (subject, what) else { return None };
        let marketplace = marketplace.unwrap_or(MarketplaceCode::DEFAULT);
        Some(OrderEvent { id, order, version, at, origin, marketplace, what, checkpoint: None })
    }
}

impl From<OrderEvent> for Event {
    fn from(event: OrderEvent) -> Self {
        let OrderEvent { id, order, version, at, origin, marketplace, what, .. } = event;
        let (subject, what) = (Subject::Order(order), What::Order(what));
        Self { id, subject, version, at, origin, marketplace: Some(marketplace), what }
    }
}

/// Which events somebody wants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Only of these types; of all if there are none.
    pub types: Vec<EventType>,
    /// Only of this subject.
    pub subject: Option<Subject>,
    /// Only of this marketplace.
    pub marketplace: Option<MarketplaceCode>,
    /// Only what made this version of its subject or a later one.
    pub from: Option<Version>,
}

impl EventFilter {
    /// What happened to an order.
    #[must_use]
    pub fn of_order(order: OrderId) -> Self {
        Self { subject: Some(Subject::Order(order)), ..Self::default() }
    }

    /// Whether an event is wanted.
    #[must_use]
    pub fn admits(&self, event: &Event) -> bool {
        (self.types.is_empty() || self.types.contains(&event.event_type()))
            && self.subject.as_ref().is_none_or(|subject| event.subject == *subject)
            && self.marketplace.is_none_or(|code| event.marketplace == Some(code))
            && self.from.is_none_or(|from| event.version >= from)
    }
}

/// Some of the events after one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// Those that are wanted, ascending.
    pub events: Vec<Event>,
    /// Up to here all was looked at: the next page begins after it. `None` if nothing was ever there.
    pub cursor: Option<EventId>,
    /// Whether more may be there already.
    pub more: bool,
    /// The newest event that could be read, wanted or not.
    pub last: Option<EventId>,
}

impl EventPage {
    /// Nothing, and nothing was looked at.
    #[must_use]
    pub fn empty(cursor: Option<EventId>) -> Self {
        Self { events: Vec::new(), cursor, more: false, last: None }
    }
}

/// Reads what happened.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Feed: Send + Sync {
    /// Some of the wanted events after one, ascending, and how far it looked. Whoever has seen an event
    /// never finds an earlier one afterwards that was not there.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError>;

    /// Returns once events may have come after this one; perhaps at once, perhaps without any.
    async fn news(&self, after: Option<EventId>);
}
