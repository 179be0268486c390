//! Each thing that can be done, with each scope.

use super::*;

/// Ports that know everything.
fn everything() -> Ports {
    let mut ports = with_lamps(&[]);
    ports.catalogue.expect_find().returning(|_| Ok(vec![Some(offer(lamp(5, 100)))]));
    ports.catalogue.expect_products().returning(|_| Ok(Vec::new()));
    ports.stock.expect_locations().returning(|| Ok(vec![hall(5, 10)]));
    ports.stock.expect_levels().returning(|_, _| Ok(Some(vec![shown()])));
    ports.stock.expect_movements().returning(|_, _, _| Ok(Some(Vec::new())));
    ports.ledger.expect_commit().returning(|work| match work.change {
        Change::NewProduct(_) => Ok(Committed::Now(Made::Product(lamp(1, 1999)))),
        Change::NewLocation(_) => Ok(Committed::Now(Made::Location(hall(1, 0)))),
        Change::Stock(_) => Ok(Committed::Now(Made::Stock(kept()))),
        _ => changed(work),
    });
    ports
}

/// What each method says to somebody, and the scope that it takes.
async fn ask(keeping: &KeepingService, asker: User) -> [(&'static str, Scope, Option<KeepingError>); 9] {
    use Scope::{Products, StockRead, StockWrite};

    let (any, at) = (Expected::Any, code("MAIN"));
    [
        ("create_product", Products, keeping.create_product(asker, new_product(), by(1)).await.err()),
        ("change_product", Products, keeping.change_product(asker, n(9), &any, dearer, by(1)).await.err()),
        ("locations", StockRead, keeping.locations(asker).await.err()),
        ("create_location", StockWrite, keeping.create_location(asker, new_location(), by(1)).await.err()),
        ("change_location", StockWrite, {
            keeping.change_location(asker, &at, &any, further, by(1)).await.err()
        }),
        ("levels", StockRead, keeping.levels(asker, n(9)).await.err()),
        ("level", StockRead, keeping.level(asker, n(9), &at).await.err()),
        ("keep", StockWrite, keeping.keep(asker, received(), by(1)).await.err()),
        ("movements", StockRead, keeping.movements(asker, n(9), None, PageLimit::DEFAULT).await.err()),
    ]
}

#[tokio::test]
async fn each_thing_takes_its_own_scope_and_no_other_is_enough() {
    let keeping = service(everything()).keeping();
    for held in Scope::ALL {
        let asker = User::new(n(1), Scopes::NONE.with(held));
        for (what, scope, error) in ask(&keeping, asker).await {
            match error {
                None => assert_eq!(held, scope, "{what}"),
                Some(KeepingError::MissingScope(missing)) => {
                    assert_eq!((missing, held == scope), (&[scope][..], false), "{what} with {held}");
                }
                other => panic!("{what} with {held}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn without_the_scope_no_port_is_asked() {
    for keeping in [
        service(Ports::default()).keeping(),
        // Nor is said that nothing can be changed.
        fixed(Ports::default(), MockCatalogue::new()).keeping(),
    ] {
        for (what, scope, error) in ask(&keeping, asker(1)).await {
            let refused = matches!(error, Some(KeepingError::MissingScope(missing)) if missing == [scope]);
            assert!(refused, "{what}: {error:?}");
        }
    }
}

#[tokio::test]
async fn anyone_sees_the_products() {
    let keeping = service(everything()).keeping();
    let query = ProductQuery {
        market: MarketplaceCode::DEFAULT,
        active: None,
        sku: None,
        after: None,
        limit: PageLimit::DEFAULT,
    };
    assert!(keeping.products(query).await.is_ok() && keeping.product(n(9)).await.is_ok());
}

#[test]
fn who_may_do_something_is_told_before_it_is_done() {
    let keeping = service(Ports::default()).keeping();
    for use_case in [UseCase::KeepProducts, UseCase::SeeStock, UseCase::KeepStock] {
        assert!(keeping.may(staff(), use_case).is_ok());
        let refused = keeping.may(asker(1), use_case);
        let missing = use_case.scope();
        assert!(
            matches!(refused, Err(KeepingError::MissingScope(scope)) if scope == [missing]),
            "{refused:?}"
        );
    }
}
