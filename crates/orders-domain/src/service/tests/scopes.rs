//! What scopes do to the use cases; the table itself is tested in `access`.

use super::*;
use Scope::{Admin, Create, Fulfil, Read};

fn holding(id: i64, scopes: &[Scope]) -> User {
    User::new(n(id), scopes.iter().copied().collect())
}

/// What user 1 or 2, holding these, gets of order 7, which is user 1's or is not there.
async fn ask(user: User, use_case: UseCase, is_there: bool) -> Result<OwnedOrder, OrderError> {
    let mut ports = Ports::default();
    let found = is_there.then(|| order(Pending, 5));
    ports.orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(found));
    service(ports).owned(user, use_case, n(7)).await
}

#[tokio::test]
async fn an_own_order_without_the_scope_is_refused_with_the_scope_that_it_takes() {
    let refused = ask(holding(1, &[Create, Read]), UseCase::Cancel, true).await;
    assert!(matches!(refused, Err(OrderError::MissingScope([Scope::Cancel]))), "{refused:?}");
    assert!(ask(holding(1, &[Scope::Cancel]), UseCase::Cancel, true).await.is_ok());
}

#[tokio::test]
async fn somebody_elses_order_is_hidden_from_all_but_an_admin_and_a_missing_one_from_all() {
    for (scopes, is_there, visible) in [
        (&[][..], true, false),
        (&[Create, Read, Scope::Cancel, Fulfil], true, false),
        (&[Admin], true, true),
        (&[Admin], false, false),
        (&[], false, false),
    ] {
        for use_case in [UseCase::Show, UseCase::Track, UseCase::Advance, UseCase::Cancel] {
            let answer = ask(holding(2, scopes), use_case, is_there).await;
            let expected =
                answer.is_ok() == visible && (visible || matches!(answer, Err(OrderError::NotOwned)));
            assert!(expected, "{use_case:?} {scopes:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn cancelling_by_status_takes_the_scope_for_cancelling_too() {
    for (user, to, expected) in [
        (holding(1, &[Fulfil]), Cancelled, "the token lacks the scope orders:cancel"),
        (holding(1, &[Fulfil, Scope::Cancel]), Cancelled, "cancelled 6 -"),
        (holding(2, &[Admin]), Cancelled, "cancelled 6 -"),
        (holding(1, &[Fulfil]), Shipped, "shipped 6 1"),
    ] {
        let mut ports = Ports::default();
        update(&mut ports, usize::from(!expected.starts_with("the")), 5, store);
        let mine = OwnedOrder { asker: user, ..owned(Pending, None) };
        assert_eq!(apply(ports, Advance(to), mine).await, expected);
    }
}

#[tokio::test]
async fn whoever_may_see_an_order_may_not_change_it_for_that() {
    for change in [Track("1"), Advance(Processing), Cancel] {
        let seen = OwnedOrder { asker: holding(1, &[Read]), ..owned(Pending, None) };
        let refused = apply(Ports::default(), change, seen).await;
        assert!(refused.starts_with("the token lacks the scope"), "{refused}");
    }
}

#[tokio::test]
async fn placing_takes_its_scope_whoever_calls_it() {
    let lines = request(&[(9, 1)]);
    for scopes in [&[][..], &[Read, Scope::Cancel, Fulfil, Admin]] {
        let service = service(Ports::default());
        for asked in [by(1), with_key(1)] {
            let refused = service.place(holding(1, scopes), &lines, &Placing::default(), asked).await;
            assert!(matches!(refused, Err(OrderError::MissingScope([Create]))), "{refused:?}");
        }
        let refused = service.faults(holding(1, scopes), &lines, &Placing::default()).await;
        assert!(matches!(refused, Err(OrderError::MissingScope([Create]))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_is_committed_is_counted_once_and_what_is_not_is_not() {
    let placed = || order(Pending, 1);
    for (is_known, told) in [(false, 1), (true, 0)] {
        let mut ports = Ports::default();
        let made = Made::Order(placed());
        let committed = if is_known { Committed::Before(made) } else { Committed::Now(made) };
        ports.ledger.expect_commit().once().return_once(|_| Ok(committed));
        let mut observer = MockObserver::new();
        observer.expect_status_reached().times(told).withf(|status| *status == Pending).return_const(());
        let service = service(ports).observed_by(Arc::new(observer));
        service.place(asker(1), &request(&[(9, 1)]), &Placing::default(), with_key(1)).await.unwrap();
    }
    for (from, to, told) in [(Pending, Processing, 1), (Pending, Pending, 0), (Delivered, Shipped, 0)] {
        let mut ports = Ports::default();
        ports.ledger.expect_commit().times(told).returning(store);
        let mut observer = MockObserver::new();
        observer.expect_status_reached().times(told).withf(move |status| *status == to).return_const(());
        let service = service(ports).observed_by(Arc::new(observer));
        let _ = service.advance(owned(from, None), to, by(1)).await;
    }
}

#[tokio::test]
async fn a_rehearsal_is_not_committed_and_not_counted() {
    let mut ports = Ports::default();
    ports.ledger.expect_rehearse().times(2).returning(store);
    let service = service(ports).observed_by(Arc::new(MockObserver::new()));
    let dry = || Request { rehearsal: true, ..by(1) };
    let placed = service.place(asker(1), &request(&[(9, 1)]), &Placing::default(), dry()).await.unwrap();
    assert_eq!(placed.made().version(), n(1));
    let cancelled = service.cancel(owned(Pending, None), dry()).await.unwrap();
    assert_eq!((cancelled.made().status(), cancelled.made().version()), (Cancelled, n(6)));
}

#[tokio::test]
async fn following_all_events_takes_its_scope_whoever_calls_it() {
    let ask = async |asker| {
        let mut ports = Ports::default();
        let page = || Ok(EventPage { events: Vec::new(), cursor: None, more: false, last: None });
        ports.feed.expect_events().times(..=1).returning(move |_, _, _| page());
        let filter = EventFilter::default();
        service(ports).events(asker, filter, None, EventLimit::DEFAULT).await
    };
    assert!(ask(holding(1, &[Scope::Events])).await.is_ok());
    let refused = ask(holding(1, &[Read, Create, Scope::Cancel, Fulfil, Admin])).await;
    assert!(matches!(refused, Err(OrderError::MissingScope([Scope::Events]))), "{refused:?}");
}

#[tokio::test]
async fn a_list_is_narrowed_to_what_its_reader_may_see_before_the_store_is_asked() {
    let query = |user: Option<i64>| OrderQuery {
        filter: OrderFilter { user: user.map(n), ..OrderFilter::default() },
        ..OrderQuery::default()
    };
    for (audience, wanted, asked) in [
        (Audience::Anyone, None, Some(None)),
        (Audience::User(holding(1, &[Admin])), Some(2), Some(Some(2))),
        (Audience::User(holding(1, &[Read])), None, Some(Some(1))),
        (Audience::User(holding(1, &[Read])), Some(2), None),
    ] {
        let mut ports = Ports::default();
        let page = ports.orders.expect_page().times(usize::from(asked.is_some()));
        page.withf(move |listing| listing.query().filter.user == asked.flatten().map(n))
            .returning(|_| Ok(Vec::new()));
        let page = service(ports).list(audience, query(wanted)).await.unwrap();
        assert_eq!(page, Page { orders: Vec::new(), more: false });
    }
    let blind = Audience::User(holding(1, &[Create]));
    let refused = service(Ports::default()).list(blind, query(None)).await;
    assert!(matches!(refused, Err(OrderError::MissingScope([Read]))), "{refused:?}");
}
