//! Walks: followers of every kind read in any order while events come.

use std::sync::{Arc, Mutex as Locked};

use async_trait::async_trait;
use chrono::DateTime;
use orders_domain::{
    Actor, Became, EventType, Fulfillment, Happening, MarketplaceCode, OrderStatus, Scope, Scopes, Storage,
    Subject, What,
    ports::{
        Feed, MockAnalytics, MockCatalogue, MockClock, MockDeliveries, MockLedger, MockMarkets, MockOrders,
        MockStock, PortError,
    },
};
use proptest::prelude::*;

use super::*;

/// A feed of which everything is seen at once.
#[derive(Default)]
struct Told(Locked<Vec<Event>>);

#[async_trait]
impl Feed for Told {
    async fn events(
        &self,
        filter: EventFilter,
        after: Option<EventId>,
        limit: EventLimit,
    ) -> Result<EventPage, PortError> {
        let all = self.0.lock().unwrap();
        let wanted = all.iter().filter(|event| Some(event.id) > after && filter.admits(event));
        let events: Vec<_> = wanted.take(limit.get()).cloned().collect();
        let more = events.len() == limit.get();
        let last = if more { events.last() } else { all.last() };
        let cursor = last.map(|event| event.id).max(after);
        Ok(EventPage { events, cursor, more, last: all.last().map(|event| event.id) })
    }

    async fn news(&self, _: Option<EventId>) {}
}

/// Ids have gaps.
fn event(number: i64) -> Event {
    let (from, to) = (OrderStatus::Pending, OrderStatus::Shipped);
    let what = if number % 3 == 0 {
        Happening::Migrated { status: to, tracking: None }
    } else {
        Happening::Moved(Became { from, to, fulfillment: Fulfillment::Shipped })
    };
    Event {
        id: (number * 2).try_into().unwrap(),
        subject: Subject::Order((1 + number % 2).try_into().unwrap()),
        version: number.try_into().unwrap(),
        at: DateTime::UNIX_EPOCH,
        origin: Actor::Cli.into(),
        marketplace: if number % 4 == 0 { "de".parse().ok() } else { Some(MarketplaceCode::DEFAULT) },
        what: What::Order(what),
    }
}

/// Who follows: what they want, from where on.
fn followers() -> Vec<FeedQuery> {
    let all = EventFilter::default();
    let migrated = EventFilter { types: vec![EventType::Migrated], ..EventFilter::default() };
    let second = EventFilter::of_order(2.try_into().unwrap());
    let german = EventFilter { marketplace: "de".parse().ok(), ..EventFilter::default() };
    let filters = [(all, 1), (migrated, 1), (second, 2), (EventFilter::default(), 1000), (german, 2)];
    let starts = [None, 9.try_into().ok()];
    let from = |after: Option<EventId>| {
        filters.clone().map(|(filter, limit): (EventFilter, i64)| FeedQuery {
            filter,
            after,
            limit: limit.try_into().unwrap(),
            with_orders: false,
            kind: None,
        })
    };
    starts.into_iter().flat_map(from).collect()
}

fn service() -> (OrderService, Arc<Told>) {
    let feed = Arc::new(Told::default());
    let storage = Storage {
        orders: Arc::new(MockOrders::new()),
        ledger: Arc::new(MockLedger::new()),
        feed: Arc::clone(&feed) as Arc<dyn Feed>,
        catalogue: Arc::new(MockCatalogue::new()),
        stock: Arc::new(MockStock::new()),
        markets: Arc::new(MockMarkets::new()),
        deliveries: Arc::new(MockDeliveries::new()),
        analytics: Arc::new(MockAnalytics::new()),
    };
    let service = OrderService::new(storage, Arc::new(MockClock::new()));
    (service, feed)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap().block_on(future)
}

fn operator() -> User {
    let scopes: Scopes = [Scope::Events].into_iter().collect();
    User::new(100.try_into().unwrap(), scopes)
}

/// The ids in a text as it is sent.
fn ids(bytes: &[u8]) -> Vec<i64> {
    let text = str::from_utf8(bytes).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("id: ")).map(|id| id.parse().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_gets_what_it_wants_once_and_in_order(
        steps in proptest::collection::vec((0..10_usize, 0..3_usize), 1..120),
        before in 0..9_i64,
    ) {
        let (service, feed) = service();
        feed.0.lock().unwrap().extend((1..=before).map(event));
        let (tail, source) = (Tail::default(), EventsSource::default());
        let mut followers: Vec<_> = followers().into_iter().map(|query| (query.clone(), query, Vec::new())).collect();
        let mut read = |index: usize| {
            let (_, query, seen): &mut (FeedQuery, FeedQuery, Vec<i64>) = &mut followers[index];
            let piece = block_on(tail.read(Asked { service: &service, source: &source, user: operator(), query })).unwrap();
            query.after = piece.cursor;
            seen.extend(ids(&piece.bytes));
            // Otherwise they would wait for news.
            piece.more || !piece.bytes.is_empty()
        };
        for (index, added) in steps {
            {
                let mut all = feed.0.lock().unwrap();
                let next = i64::try_from(all.len()).unwrap() + 1;
                all.extend((next..).take(added).map(event));
            }
            read(index);
        }
        for index in 0..10 {
            while read(index) {}
        }
        let all = feed.0.lock().unwrap();
        for (wanted, _, seen) in &followers {
            let admitted = all.iter().filter(|event| Some(event.id) > wanted.after && wanted.filter.admits(event));
            let expected: Vec<_> = admitted.map(|event| event.id.get()).collect();
            prop_assert_eq!(seen, &expected);
        }
    }
}

#[test]
fn who_may_not_follow_gets_nothing_of_what_others_have_read() {
    let (service, feed) = service();
    let (tail, source) = (Tail::default(), EventsSource::default());
    let mut query = followers().remove(3);
    for number in 1..3 {
        feed.0.lock().unwrap().push(event(number));
        query.after = block_on(tail.read(Asked {
            service: &service,
            source: &source,
            user: operator(),
            query: &query,
        }))
        .unwrap()
        .cursor;
    }
    query.after = Some(event(1).id);
    let ask = |user| block_on(tail.read(Asked { service: &service, source: &source, user, query: &query }));
    assert_eq!(ids(&ask(operator()).unwrap().bytes), [4]);
    let stranger = User::new(1.try_into().unwrap(), [Scope::Read].into_iter().collect());
    let refused = ask(stranger);
    assert!(matches!(refused, Err(OrderError::MissingScope([Scope::Events]))), "{refused:?}");
}

#[test]
fn what_another_database_does_not_have_is_told_to_nobody() {
    let (service, feed) = service();
    let (tail, source) = (Tail::default(), EventsSource::default());
    let read = |query: &mut FeedQuery| {
        let piece =
            block_on(tail.read(Asked { service: &service, source: &source, user: operator(), query }))
                .unwrap();
        query.after = piece.cursor;
        ids(&piece.bytes)
    };
    let all = || followers().remove(3);
    let mut first = all();
    for number in 1..6 {
        feed.0.lock().unwrap().push(event(number));
        assert_eq!(read(&mut first), [number * 2]);
    }
    // One that has the first three, and has got another fourth since.
    feed.0.lock().unwrap().truncate(3);
    feed.0.lock().unwrap().push(Event { id: 7.try_into().unwrap(), ..event(4) });
    let mut again = FeedQuery { after: 2.try_into().ok(), limit: 1.try_into().unwrap(), ..all() };
    let first =
        block_on(tail.first(Asked { service: &service, source: &source, user: operator(), query: &again }))
            .unwrap();
    again.after = first.cursor;
    let later: Vec<_> = (0..4).flat_map(|_| read(&mut again)).collect();
    assert_eq!((ids(&first.bytes), later), (vec![4], vec![6, 7]));
}
