//! What scopes do to the use cases; the table itself is tested in `access`.

use super::*;
use Scope::{Admin, Create, Fulfil, Read};

fn holding(id: i64, scopes: &[Scope]) -> User {
    User::new(n(id), scopes.iter().copied().collect())
}

/// What user 1 or 2, holding these, gets of order 7, which is user 1's or is not there.
async fn ask(user: User, use_case: UseCase, is_there: bool) -> Result<OwnedOrder, OrderError> {
    let mut orders = MockOrderRepository::new();
    let found = is_there.then(|| order(Pending, 5));
    orders.expect_find().once().withf(|id| *id == n(7)).return_once(|_| Ok(found));
    service(orders, MockInventory::new()).owned(user, use_case, n(7)).await
}

#[tokio::test]
async fn an_own_order_without_the_scope_is_refused_with_the_scope_that_it_takes() {
    let refused = ask(holding(1, &[Create, Read]), UseCase::Cancel, true).await;
    assert!(matches!(refused, Err(OrderError::MissingScope(Scope::Cancel))), "{refused:?}");
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
        let mut orders = MockOrderRepository::new();
        update(&mut orders, usize::from(!expected.starts_with("the")), 5, Ok);
        let mine = OwnedOrder { asker: user, ..owned(Pending, None) };
        assert_eq!(apply(orders, Advance(to), mine).await, expected);
    }
}

#[tokio::test]
async fn whoever_may_see_an_order_may_not_change_it_for_that() {
    for change in [Track("1"), Advance(Processing), Cancel] {
        let seen = OwnedOrder { asker: holding(1, &[Read]), ..owned(Pending, None) };
        let refused = apply(MockOrderRepository::new(), change, seen).await;
        assert!(refused.starts_with("the token lacks the scope"), "{refused}");
    }
}

#[tokio::test]
async fn placing_takes_its_scope_whoever_calls_it() {
    let lines = request(&[(9, 1)]);
    for scopes in [&[][..], &[Read, Scope::Cancel, Fulfil, Admin]] {
        let service = service(MockOrderRepository::new(), MockInventory::new());
        for key in [None, Some(idempotency())] {
            let refused = service.place(holding(1, scopes), &lines, key).await;
            assert!(matches!(refused, Err(OrderError::MissingScope(Create))), "{refused:?}");
        }
        let refused = service.faults(holding(1, scopes), &lines).await;
        assert!(matches!(refused, Err(OrderError::MissingScope(Create))), "{refused:?}");
    }
}

#[tokio::test]
async fn what_is_committed_is_counted_once_and_what_is_not_is_not() {
    let placed = || order(Pending, 1);
    for (insertion, told) in
        [(Insertion::Placed(placed()), 1), (Insertion::Replayed(placed()), 0), (Insertion::KeyReused, 0)]
    {
        let mut orders = MockOrderRepository::new();
        orders.expect_insert().once().return_once(|_, _| Ok(insertion));
        let mut observer = MockObserver::new();
        observer.expect_status_reached().times(told).withf(|status| *status == Pending).return_const(());
        let service = service(orders, selling(&[(9, 1)])).observed_by(Arc::new(observer));
        let _ = service.place(asker(1), &request(&[(9, 1)]), Some(idempotency())).await;
    }
    for (from, to, told) in [(Pending, Processing, 1), (Pending, Pending, 0), (Delivered, Shipped, 0)] {
        let mut orders = MockOrderRepository::new();
        orders.expect_update().times(told).returning(|order, _| Ok(order));
        let mut observer = MockObserver::new();
        observer.expect_status_reached().times(told).withf(move |status| *status == to).return_const(());
        let service = service(orders, MockInventory::new()).observed_by(Arc::new(observer));
        let _ = service.advance(owned(from, None), to).await;
    }
}

#[tokio::test]
async fn a_list_is_narrowed_to_what_its_reader_may_see_before_the_store_is_asked() {
    let query = |user: Option<i64>| OrderQuery {
        filter: OrderFilter { user: user.map(n), ..OrderFilter::default() },
        after: None,
        limit: PageLimit::DEFAULT,
    };
    for (audience, wanted, asked) in [
        (Audience::Anyone, None, Some(None)),
        (Audience::User(holding(1, &[Admin])), Some(2), Some(Some(2))),
        (Audience::User(holding(1, &[Read])), None, Some(Some(1))),
        (Audience::User(holding(1, &[Read])), Some(2), None),
    ] {
        let mut orders = MockOrderRepository::new();
        let page = orders.expect_page().times(usize::from(asked.is_some()));
        page.withf(move |query| query.filter.user == asked.flatten().map(n)).returning(|_| Ok(Vec::new()));
        let page = service(orders, MockInventory::new()).list(audience, query(wanted)).await.unwrap();
        assert_eq!(page, Page { orders: Vec::new(), more: false });
    }
    let blind = Audience::User(holding(1, &[Create]));
    let refused = service(MockOrderRepository::new(), MockInventory::new()).list(blind, query(None)).await;
    assert!(matches!(refused, Err(OrderError::MissingScope(Read))), "{refused:?}");
}
