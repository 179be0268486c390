//! Each use case with each scope.

use super::*;

/// Ports that know everything and store everything.
fn everything() -> Ports {
    let mut ports = Ports::default();
    shop(&mut ports);
    ports.ledger.expect_commit().returning(store);
    ports
}

/// What each use case says to somebody of an order of user 1, and the scopes of which one is enough.
async fn ask(
    service: &OrderService,
    asker: User,
) -> [(&'static str, &'static [Scope], Option<OrderError>); 7] {
    let hand = |order| OwnedOrder { asker, order, expected: Expected::Any };
    let parts = vec![Part { line: 0, quantity: n(2) }];
    let other = ShipmentChange { status: Some(ShipmentStatus::Shipped), ..ShipmentChange::default() };
    let email = ContactChange { email: Patch::Set(email("a@b")), ..ContactChange::default() };
    let unwanted = (CancellationReason::Other, parts, None);
    [
        ("ship", &[Scope::Fulfil], service.ship(hand(pending()), asked(None), by(1)).await.err()),
        ("change_shipment", &[Scope::Fulfil], {
            service.change_shipment(hand(order(Pending, 5)), n(1), other, by(1)).await.err()
        }),
        ("plan", &[Scope::Fulfil], service.plan(hand(pending()), by(1)).await.err()),
        ("cancel_parts", &[Scope::Cancel], {
            service.cancel_parts(hand(pending()), unwanted, by(1)).await.err()
        }),
        ("reach", &[Scope::Create], service.reach(hand(pending()), email, by(1)).await.err()),
        ("track", &[Scope::Fulfil, Scope::Track], {
            service.track(hand(pending()), shipment("2"), by(1)).await.err()
        }),
        ("advance", &[Scope::Fulfil, Scope::Track], {
            service.advance(hand(pending()), Shipped, by(1)).await.err()
        }),
    ]
}

#[tokio::test]
async fn each_use_case_takes_one_of_its_scopes_or_all_orders() {
    let service = service(everything());
    for held in Scope::ALL {
        for (what, scopes, error) in ask(&service, User::new(n(1), Scopes::NONE.with(held))).await {
            match error {
                None => assert!(scopes.contains(&held) || held == Scope::Admin, "{what} with {held}"),
                Some(OrderError::MissingScope(missing)) => {
                    assert!(!scopes.contains(&held) && missing == scopes, "{what} with {held}");
                }
                other => panic!("{what} with {held}: {other:?}"),
            }
        }
    }
    // Of somebody else's order only whoever does everything with all of them.
    for (what, _, error) in ask(&service, User::new(n(2), Scopes::ALL)).await {
        assert!(error.is_none(), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn without_the_scope_no_port_is_asked() {
    let service = service(Ports::default());
    for (what, scopes, error) in ask(&service, User::new(n(1), Scopes::NONE)).await {
        let refused = matches!(error, Some(OrderError::MissingScope(missing)) if missing == scopes);
        assert!(refused, "{what}: {error:?}");
    }
    let all_but_admin = Scopes::ALL.iter().filter(|scope| *scope != Scope::Admin).collect();
    for (what, _, error) in ask(&service, User::new(n(2), all_but_admin)).await {
        assert!(matches!(error, Some(OrderError::NotOwned)), "{what}: {error:?}");
    }
}
