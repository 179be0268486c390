//! Products, places, webhooks, marketplaces, listings and texts: whether each version has its event.

use super::{
    difference::Difference,
    kind::DifferenceKind::{self as Kind},
};
use crate::event::Subject;

/// A thing that is not an order, and the versions that its events say they have made.
#[derive(Debug, Clone)]
pub struct StoredThing {
    /// What it is.
    pub subject: Subject,
    /// Its version.
    pub version: i64,
    /// How many events it has.
    pub events: i64,
    /// The version of its newest event, or 0.
    pub newest: i64,
}

/// The products with which a shop begins have the numbers up to this one.
const FIRST_PRODUCTS: i64 = 10;

impl StoredThing {
    /// Whether it may be from the beginning of the shop, which no event says.
    fn may_be_first(&self) -> bool {
        match &self.subject {
            Subject::Product(id) => id.get() <= FIRST_PRODUCTS,
            Subject::Marketplace(code) => code.is_default(),
            _ => false,
        }
    }

    /// What is not as it should be.
    #[must_use]
    pub fn difference(&self) -> Option<Difference> {
        let Self { subject, version, events, newest } = self;
        let unsaid = i64::from(self.may_be_first());
        let is_first = *events == 0 && *version == 1 && unsaid == 1;
        if is_first {
            return None;
        }
        if *events > 0 && version != newest {
            let reason = format!("is at version {version}, and its newest event made version {newest}");
            return Some(Difference::new(Kind::ThingVersion, subject, reason));
        }
        if *events < version - unsaid {
            let reason = format!("is at version {version}, and has {events} events");
            return Some(Difference::new(Kind::ThingEventMissing, subject, reason));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_event_but_for_what_a_shop_begins_with() {
        for (subject, version, events, newest, expected) in [
            ("products/11", 3, 3, 3, None),
            ("products/11", 3, 2, 3, Some(Kind::ThingEventMissing)),
            ("products/11", 1, 0, 0, Some(Kind::ThingEventMissing)),
            ("products/11", 2, 3, 3, Some(Kind::ThingVersion)),
            ("products/10", 1, 0, 0, None),
            ("products/10", 2, 0, 0, Some(Kind::ThingEventMissing)),
            ("products/10", 3, 2, 3, None),
            ("products/10", 4, 2, 4, Some(Kind::ThingEventMissing)),
            ("marketplaces/default", 1, 0, 0, None),
            ("marketplaces/de", 1, 0, 0, Some(Kind::ThingEventMissing)),
            ("locations/MAIN", 2, 2, 3, Some(Kind::ThingVersion)),
        ] {
            let subject = Subject::parse(subject).unwrap();
            let thing = StoredThing { subject, version, events, newest };
            assert_eq!(thing.difference().map(|found| found.kind), expected, "{thing:?}");
        }
    }
}
