//! What a ledger's refusals come to.

use super::*;
use crate::stock::{keeping::NotKept, settling::NotOnHand};

fn lacking() -> Vec<OutOfStock> {
    vec![OutOfStock { index: 2, product: n(9), wanted: n(7), available: 3 }]
}

fn not_on_hand() -> NotOnHand {
    NotOnHand::Missing { product: n(9), location: "MAIN".parse().unwrap(), on_hand: 1, wanted: 2 }
}

/// Each refusal.
fn refusals() -> Vec<Refused> {
    let reason = || InvalidInput::new("product", "9 does not exist");
    let location = || "MAIN".parse().unwrap();
    let mut all = vec![
        Refused::Stale,
        Refused::KeyReused,
        Refused::NotSold(NotSold::Invalid(vec![unknown(1, 4)])),
        Refused::NotSold(NotSold::PriceChanged { total: n(5), currency: Currency::USD }),
        Refused::NotSold(NotSold::OutOfStock(lacking())),
        Refused::NotOnHand(not_on_hand()),
        Refused::NotKept(NotKept::UnknownProduct(reason())),
        Refused::NotKept(NotKept::UnknownLocation(reason())),
        Refused::NotKept(NotKept::Stale),
        Refused::NotKept(NotKept::NotThere { product: n(9), location: location(), unheld: 1, wanted: 2 }),
        Refused::NotKept(NotKept::TooMany(reason())),
    ];
    all.extend([
        Refused::Taken(Taken::ProductId(9)),
        Refused::Taken(Taken::Sku("a".into())),
        Refused::Taken(Taken::LocationCode("MAIN".into())),
        Refused::Taken(Taken::Locations),
        Refused::Failed(PortError::Busy),
        Refused::Failed(PortError::Unavailable("x".into())),
        Refused::Failed(PortError::Unknown("x".into())),
        Refused::Failed(PortError::Corrupt("x".into())),
    ]);
    all
}

/// An error without its data, which is asserted where it has some.
fn name(error: impl std::fmt::Debug) -> String {
    format!("{error:?}").split(['{', '[']).next().unwrap_or_default().trim().to_owned()
}

#[tokio::test]
async fn each_refusal_of_a_new_order_says_why() {
    let other = r#"Unavailable(Corrupt("the ledger has refused another change"))"#;
    let expected = [
        "Changed",
        "KeyReused",
        "Invalid(",
        "PriceChanged",
        "OutOfStock(",
        "NotOnHand(Missing",
        other,
        other,
        other,
        other,
        other,
        other,
        other,
        other,
        other,
        "Unavailable(Busy)",
        r#"Unavailable(Unavailable("x"))"#,
        r#"Unavailable(Unknown("x"))"#,
        r#"Unavailable(Corrupt("x"))"#,
    ];
    assert_eq!(refusals().len(), expected.len());
    for (refusal, expected) in refusals().into_iter().zip(expected) {
        let mut ports = Ports::default();
        ports.ledger.expect_commit().once().return_once(|_| Err(refusal));
        // With a key too: what the ledger refuses, it has looked up before, so it is not asked again.
        let error = service(ports)
            .place(asker(1), &request(&[(9, 7)]), &Placing::default(), with_key(1))
            .await
            .unwrap_err();
        match &error {
            OrderError::Invalid(faults) => assert_eq!(faults, &[unknown(1, 4)]),
            OrderError::PriceChanged { total, .. } => assert_eq!(*total, n(5)),
            OrderError::OutOfStock(told) => assert_eq!(*told, lacking()),
            OrderError::NotOnHand(told) => assert_eq!(*told, not_on_hand()),
            _ => {}
        }
        assert_eq!(name(error), expected);
    }
}

#[tokio::test]
async fn an_order_whose_goods_are_not_there_is_not_shipped_and_says_what_is_missing() {
    let mut ports = Ports::default();
    update(&mut ports, 1, 5, |_| Err(Refused::NotOnHand(not_on_hand())));
    let told = apply(ports, Advance(Shipped), owned(Processing, None)).await;
    assert_eq!(told, "product 9 has 1 piece on hand at MAIN, and 2 are to be sent");
}

#[test]
fn each_refusal_of_a_change_of_stock_says_why() {
    let other = r#"Unavailable(Corrupt("the ledger has refused another change"))"#;
    let expected = [
        "Changed",
        "KeyReused",
        other,
        other,
        other,
        other,
        "UnknownProduct(InvalidInput",
        "UnknownLocation(InvalidInput",
        "Changed",
        "NotKept(NotThere",
        "NotKept(TooMany(InvalidInput",
        "Taken(ProductId(9))",
        r#"Taken(Sku("a"))"#,
        r#"Taken(LocationCode("MAIN"))"#,
        "Taken(Locations)",
        "Unavailable(Busy)",
        r#"Unavailable(Unavailable("x"))"#,
        r#"Unavailable(Unknown("x"))"#,
        r#"Unavailable(Corrupt("x"))"#,
    ];
    for (refusal, expected) in refusals().into_iter().zip(expected) {
        assert_eq!(name(KeepingError::from(refusal)), expected);
    }
}

#[test]
fn only_a_missing_scope_keeps_somebody_from_what_belongs_to_nobody() {
    let missing = KeepingError::from(Refusal::MissingScope(&[Scope::StockWrite]));
    assert_eq!(missing.to_string(), "the token lacks the scope stock:write");
    let other = KeepingError::from(Refusal::NotOwned);
    assert!(matches!(other, KeepingError::Unavailable(PortError::Corrupt(_))), "{other:?}");
}

#[test]
fn errors_of_stock_are_told_with_their_reasons() {
    let reason = || InvalidInput::new("product", "9 does not exist");
    for (error, expected) in [
        (KeepingError::UnknownProduct(reason()), "product 9 does not exist"),
        (KeepingError::NotKept(NotKept::TooMany(reason())), "product 9 does not exist"),
        (KeepingError::Fixed, "the products are a list that is fixed: CATALOGUE=static"),
        (PortError::Busy.into(), "too many requests are waiting for storage"),
    ] {
        assert_eq!(error.to_string(), expected);
    }
}
