//! Pages, and what is not there.

use super::*;
use crate::stock::{Movement, movement::MovementKind};

fn any_product(limit: i64) -> ProductQuery {
    ProductQuery {
        market: MarketplaceCode::DEFAULT,
        active: Some(true),
        sku: None,
        after: Some(n(3)),
        limit: n(limit),
    }
}

#[tokio::test]
async fn a_page_of_products_is_read_with_one_more_to_see_whether_others_follow() {
    for (found, more) in [(0, false), (2, false), (3, true)] {
        let mut ports = Ports::default();
        let expected = ProductQuery { limit: any_product(2).limit.and_one_more(), ..any_product(2) };
        let products = ports.catalogue.expect_products().once().withf(move |query| *query == expected);
        products.returning(move |_| Ok((1..=found).map(|id| offer(product(id, 1))).collect()));
        let page = service(ports).keeping().products(any_product(2)).await.unwrap();
        let ids: Vec<_> = page.offers.iter().map(|offer| offer.product.id.get()).collect();
        assert_eq!((ids, page.more), ((1..=found.min(2)).collect(), more));
    }
}

#[tokio::test]
async fn a_product_that_is_not_sold_is_unknown() {
    let keeping = || fixed(Ports::default(), selling(&[(9, 1999)])).keeping();
    assert_eq!(keeping().product(n(9)).await.unwrap(), offer(product(9, 1999)));
    let error = keeping().product(n(4)).await.unwrap_err();
    assert!(matches!(error, KeepingError::UnknownProduct(reason) if reason == n::<ProductId>(4).unknown()));
}

#[tokio::test]
async fn movements_are_read_with_one_more_to_see_whether_others_follow() {
    let movement = |id: i64| Movement {
        id: n(id),
        location: code("MAIN"),
        kind: MovementKind::Received,
        quantity: 1,
        on_hand_after: id,
        reserved_after: 0,
        order: None,
        line: None,
        shipment: None,
        reason: None,
        event: n(1),
        at: now(),
    };
    for (found, more) in [(0, false), (2, false), (3, true)] {
        let mut ports = Ports::default();
        let movements = ports.stock.expect_movements().once();
        movements.withf(|of, after, limit| (*of, *after, limit.get()) == (n(9), Some(n(4)), 3));
        movements.returning(move |_, _, _| Ok(Some((1..=found).map(movement).collect())));
        let (page, follow) =
            service(ports).keeping().movements(staff(), n(9), Some(n(4)), n(2)).await.unwrap();
        assert_eq!((page.len(), follow), (usize::try_from(found.min(2)).unwrap(), more));
    }
}

#[tokio::test]
async fn what_is_not_there_is_named_whoever_looks_for_it() {
    let mut ports = Ports::default();
    ports.stock.expect_levels().times(2).returning(|_, _| Ok(None));
    ports.stock.expect_movements().once().returning(|_, _, _| Ok(None));
    let keeping = service(ports).keeping();
    for error in [
        keeping.levels(staff(), n(9)).await.err(),
        keeping.level(staff(), n(9), &code("MAIN")).await.err(),
        keeping.movements(staff(), n(9), None, PageLimit::DEFAULT).await.err(),
    ] {
        let unknown = n::<ProductId>(9).unknown();
        assert!(matches!(&error, Some(KeepingError::UnknownProduct(reason)) if *reason == unknown));
    }
    let mut ports = Ports::default();
    let levels = ports.stock.expect_levels().once();
    levels.withf(|of, at| (*of, at) == (n(9), &Some(code("AWAY")))).returning(|_, _| Ok(Some(Vec::new())));
    let error = service(ports).keeping().level(staff(), n(9), &code("AWAY")).await.unwrap_err();
    let unknown = Location::unknown(&code("AWAY"));
    assert!(matches!(&error, KeepingError::UnknownLocation(reason) if *reason == unknown), "{error:?}");
}

#[tokio::test]
async fn a_failing_port_makes_each_look_unavailable() {
    let mut ports = Ports::default();
    ports.catalogue.expect_products().once().returning(|_| Err(PortError::Busy));
    ports.catalogue.expect_find().once().returning(|_| Err(PortError::Busy));
    ports.stock.expect_locations().once().returning(|| Err(PortError::Busy));
    ports.stock.expect_levels().times(2).returning(|_, _| Err(PortError::Busy));
    ports.stock.expect_movements().once().returning(|_, _, _| Err(PortError::Busy));
    let keeping = service(ports).keeping();
    for error in [
        keeping.products(any_product(1)).await.err(),
        keeping.product(n(9)).await.err(),
        keeping.locations(staff()).await.err(),
        keeping.levels(staff(), n(9)).await.err(),
        keeping.level(staff(), n(9), &code("MAIN")).await.err(),
        keeping.movements(staff(), n(9), None, PageLimit::DEFAULT).await.err(),
    ] {
        assert!(matches!(error, Some(KeepingError::Unavailable(PortError::Busy))), "{error:?}");
    }
}
