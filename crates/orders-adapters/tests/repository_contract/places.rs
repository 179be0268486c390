//! Places where goods are kept.

use orders_domain::{
    EventType, Expected, Facts, LocationId, Storage, Subject, Version, What,
    catalogue::product::StockPolicy,
    ports::{Change, EventFilter, EventLimit, Made},
    stock::{
        Location,
        location::{LocationDetails, LocationName, ParcelLimits},
    },
};
use tokio::task::JoinSet;

use super::{
    common::n,
    shop::{
        at_priority, change_location, count, count_at, keep, keeping, level, location, make, new_location,
        product, refused,
    },
};

pub async fn everything_of_a_place_is_stored_and_the_older_ones_are_listed_first(shop: Storage) {
    let full = LocationDetails {
        name: LocationName::parse(&"é\"".repeat(100)).unwrap(),
        country: "NZ".parse().unwrap(),
        point: LocationDetails::point(Some(-90_000_000), Some(180_000_000)).unwrap(),
        parcel: ParcelLimits {
            weight: Some(n(1_000_000_000)),
            volume: Some(n(1_000_000_000_000_000)),
            side: Some(n(1_000_000)),
        },
        active: false,
        ..at_priority(1_000_000)
    };
    let Made::Location(first) = make(&shop, new_location("z-1", full.clone())).await else { panic!() };
    assert_eq!((first.code.as_str(), first.version, &first.details), ("z-1", Version::FIRST, &full));
    let second = location(&shop, "A", 0).await;
    assert!(first.id < second.id, "the older place has the smaller number");
    assert_eq!(shop.stock.locations().await.unwrap(), [first.clone(), second.clone()]);

    let plain = at_priority(7);
    let changed = change_location(&shop, "z-1", |to| *to = plain.clone()).await;
    assert_eq!(changed, Location { details: plain, version: n(2), ..first });
    assert_eq!(shop.stock.locations().await.unwrap(), [changed, second]);
}

pub async fn a_code_that_is_taken_is_refused(shop: Storage) {
    location(&shop, "MAIN", 0).await;
    let again = keeping(new_location("MAIN", at_priority(1)), None);
    assert_eq!(refused(shop.ledger.commit(again).await), "Taken(LocationCode(\"MAIN\"))");
    // Letters of another size make another code.
    location(&shop, "main", 0).await;
    let priorities = shop.stock.locations().await.unwrap();
    let priorities: Vec<_> = priorities.iter().map(|place| place.details.priority.get()).collect();
    assert_eq!(priorities, [0, 0]);
}

pub async fn a_change_of_another_version_of_a_place_is_stale(shop: Storage) {
    let seen = location(&shop, "MAIN", 0).await;
    let now = change_location(&shop, "MAIN", |to| to.priority = n(3)).await;
    let elsewhere = Location { id: n(9), ..now.clone() };
    for stale in [seen, elsewhere] {
        let change = Change::Location(stale.changed(at_priority(5)).unwrap());
        assert_eq!(refused(shop.ledger.commit(keeping(change, None)).await), "Stale");
    }
    assert_eq!(shop.stock.locations().await.unwrap(), [now]);
}

pub async fn each_version_of_a_place_has_its_event(shop: Storage) {
    let first = location(&shop, "MAIN", 0).await;
    let second = location(&shop, "B", 0).await;
    let changed = change_location(&shop, "MAIN", |to| to.priority = n(3)).await;
    let filter =
        EventFilter { subject: Some(Subject::Location(first.code.clone())), ..EventFilter::default() };
    let events = shop.feed.events(filter, None, EventLimit::MAX).await.unwrap().events;
    let priority = |priority: i64| Facts::new().with("priority", priority);
    let expected = [
        (EventType::LocationCreated, Facts::new().with("to", first.details.facts()), first),
        (
            EventType::LocationChanged,
            Facts::new().with("from", priority(0)).with("to", priority(3)),
            changed.clone(),
        ),
    ];
    assert_eq!(events.len(), expected.len());
    for (event, (kind, says, location)) in events.iter().zip(expected) {
        let What::Other { event_type, said, made } = &event.what else { panic!("{event:?}") };
        assert_eq!((*event_type, said, event.version), (kind, &says, location.version));
        assert_eq!(Made::of_facts(&event.subject, event.version, made), Ok(Made::Location(location)));
    }
    let all = shop.feed.events(EventFilter::default(), None, EventLimit::MAX).await.unwrap().events;
    let subjects: Vec<_> = all.iter().map(|event| event.subject.to_string()).collect();
    let (main, other) = (changed.code, second.code);
    assert_eq!(subjects, [main.clone(), other, main].map(|code| format!("locations/{code}")));
}

pub async fn a_shop_has_only_so_many_places(shop: Storage) {
    let mut answers = Vec::new();
    // Some at once, but no more than a store answers in time wherever it is.
    for numbers in (0..Location::MOST + 3).collect::<Vec<_>>().chunks(50) {
        let mut tasks = JoinSet::new();
        for number in numbers {
            let shop = shop.clone();
            let work = keeping(new_location(&format!("place-{number}"), at_priority(0)), None);
            tasks.spawn(async move { shop.ledger.commit(work).await });
        }
        answers.extend(tasks.join_all().await);
    }
    let too_many: Vec<_> = answers.into_iter().filter(Result::is_err).map(refused).collect();
    assert_eq!(too_many, ["Taken(Locations)"; 3]);
    let all = shop.stock.locations().await.unwrap();
    assert_eq!(all.len(), Location::MOST);
    let ids: Vec<LocationId> = all.iter().map(|place| place.id).collect();
    assert!(ids.is_sorted_by(|one, next| one < next));

    let thing = product(&shop, StockPolicy::Deny).await.id;
    keep(&shop, count(thing, all[999].code.as_str(), 4, None)).await;
    let levels = shop.stock.levels(thing, None).await.unwrap().unwrap();
    assert_eq!(levels.iter().map(|level| level.level.on_hand).sum::<i64>(), 4);
    assert!(levels.iter().map(|level| &level.location).eq(all.iter().map(|place| &place.code)));
}

pub async fn what_is_not_there_has_no_level(shop: Storage) {
    location(&shop, "MAIN", 0).await;
    assert_eq!(shop.stock.levels(n(11), None).await.unwrap(), None);
    assert_eq!(shop.stock.movements(n(11), None, n(1)).await.unwrap(), None);
    let elsewhere = "B".parse().unwrap();
    assert_eq!(shop.stock.levels(n(1), Some(elsewhere)).await.unwrap(), Some(Vec::new()));
    assert_eq!(shop.stock.movements(n(1), None, n(1)).await.unwrap(), Some(Vec::new()));
    let empty = level(&shop, n(1), "MAIN").await;
    assert_eq!((empty.level, empty.available), (orders_domain::stock::Level::default(), None));
    for (change, expected) in [
        (count(n(11), "MAIN", 1, None), "NotKept(UnknownProduct("),
        (count(n(1), "B", 1, None), "NotKept(UnknownLocation("),
        // Nobody has counted there, so nobody knows a version of it.
        (count_at(n(1), "MAIN", 1, None, Expected::OneOf(vec![n(1)])), "NotKept(Stale)"),
    ] {
        let reason = refused(shop.ledger.commit(keeping(change, None)).await);
        assert!(reason.starts_with(expected), "{reason}");
    }
}
