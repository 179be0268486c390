//! The feed of a shop in which something of every kind happens.

use orders_domain::{
    Event, EventType, Storage, Subject,
    ports::{EventFilter, EventLimit},
};

use super::{replaying::one_of_each_kind, shop::now};

/// The wanted events, by pages of this size.
async fn all(shop: &Storage, filter: &EventFilter, size: i64) -> Vec<Event> {
    let (mut after, mut events) = (None, Vec::new());
    loop {
        let limit = EventLimit::try_from(size).unwrap();
        let page = shop.feed.events(filter.clone(), after, limit).await.unwrap();
        events.extend(page.events);
        after = page.cursor;
        if !page.more {
            return events;
        }
    }
}

pub async fn a_feed_of_every_kind_shows_what_is_wanted_of_it(shop: Storage) {
    for work in one_of_each_kind(&shop).await {
        now(shop.ledger.commit(work).await);
    }
    let whole = all(&shop, &EventFilter::default(), 1000).await;
    assert!(whole.is_sorted_by(|one, next| one.id < next.id));
    let mut subjects: Vec<Option<Subject>> = whole.iter().map(|event| Some(event.subject.clone())).collect();
    subjects.sort();
    subjects.dedup();
    // Of the numbers 1 and 11 there are an order, a product and stock, and nothing of the last one.
    subjects.extend([None, Some(Subject::Stock(11.try_into().unwrap(), "C".parse().unwrap()))]);
    let mut wanted = vec![Vec::new(), vec![EventType::ProductChanged, EventType::StockCounted]];
    wanted.extend(EventType::ALL.map(|event_type| vec![event_type]));
    for types in wanted {
        for subject in &subjects {
            for (from, marketplace) in [
                (None, None),
                (Some(2.try_into().unwrap()), None),
                (None, Some("de")),
                (None, Some("default")),
            ] {
                let (types, subject) = (types.clone(), subject.clone());
                let marketplace = marketplace.map(|code| code.parse().unwrap());
                let filter = EventFilter { types, subject, marketplace, from };
                let expected: Vec<_> = whole.iter().filter(|event| filter.admits(event)).cloned().collect();
                for size in [1, 3, 100] {
                    assert_eq!(all(&shop, &filter, size).await, expected, "{filter:?} by {size}");
                }
            }
        }
    }
    let happened = |event_type| whole.iter().any(|event| event.event_type() == event_type);
    let missing: Vec<_> = EventType::ALL.into_iter().filter(|event_type| !happened(*event_type)).collect();
    let expected = ["order.shipped", "order.delivered", "order.migrated", "stock.returned"];
    assert_eq!(missing.iter().map(|event_type| event_type.as_str()).collect::<Vec<_>>(), expected);
}

pub async fn each_version_of_a_subject_has_at_most_one_event_and_they_ascend(shop: Storage) {
    for work in one_of_each_kind(&shop).await {
        now(shop.ledger.commit(work).await);
    }
    let whole = all(&shop, &EventFilter::default(), 1000).await;
    for event in &whole {
        let filter = EventFilter { subject: Some(event.subject.clone()), ..EventFilter::default() };
        let of_subject = all(&shop, &filter, 2).await;
        assert!(of_subject.is_sorted_by(|one, next| one.version < next.version && one.id < next.id));
    }
}
