//! Faults that are planted, found, and set right as far as that can be.

use orders_domain::audit::DifferenceKind;

use crate::{
    planting::{Planter, orders, rest, stock},
    shop::{Found, Shop, fill, found, shops},
    support::Place,
};

/// Faults of which each kind has one, and the kinds of this database that none can be planted of.
fn plant(shop: &Shop) -> Found {
    let mut planter = Planter::new(shop);
    orders::plant(&mut planter);
    stock::plant(&mut planter);
    rest::plant(&mut planter, matches!(shop.place, Place::Postgres(_)));
    assert!(planter.count >= 40, "{}", planter.count);
    let kinds: Vec<_> = planter.expected.iter().map(|(kind, _)| kind.as_str()).collect();
    for kind in DifferenceKind::all() {
        let is_of_another_database =
            kind == DifferenceKind::CounterBehind && matches!(shop.place, Place::File(_));
        assert!(is_of_another_database || kinds.contains(&kind.as_str()), "nothing is planted of {kind}");
    }
    planter.expected
}

#[track_caller]
fn assert_same(seen: &Found, expected: &Found) {
    let missed: Vec<_> = expected.difference(seen).collect();
    let invented: Vec<_> = seen.difference(expected).collect();
    assert!(missed.is_empty() && invented.is_empty(), "missed {missed:?}, and invented {invented:?}");
}

fn is_repairable(kind: &str) -> bool {
    DifferenceKind::all().any(|known| known.as_str() == kind && known.is_repairable())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_fault_is_found_by_its_name_and_nothing_else_and_what_can_be_is_set_right() {
    for shop in shops() {
        fill(&shop).await;
        shop.assert_clean();
        let expected = plant(&shop);
        let (code, document) = shop.doctor(&[]);
        let seen = found(&document);
        assert_eq!(code, Some(1));
        assert_same(&seen, &expected);
        assert!(!document.to_string().contains("Lovelace"), "{document:#}");

        // Events and movements are as they were but for those that were added.
        let history = format!(
            "SELECT sum(id) || ' ' || sum(length(data)) FROM events WHERE id <= {}",
            shop.ask("SELECT max(id) FROM events")
        );
        let ledger = "SELECT sum(id) || ' ' || sum(quantity + on_hand_after + reserved_after) FROM stock_movements \
                      WHERE coalesce(reason, '') <> 'orders doctor --repair'";
        let before = (shop.ask(&history), shop.ask(ledger));
        let (code, document) = shop.doctor(&["--repair"]);
        let left: Found = expected.iter().filter(|(kind, _)| !is_repairable(kind)).cloned().collect();
        // What belongs to a level or a parcel that was made anew has it again.
        let is_anew = |kind: &str, of: &str| {
            of == "stock/108/BACK"
                || kind == "parcel.part" && expected.contains(&("order.parcel".to_owned(), of.to_owned()))
        };
        let left: Found = left.into_iter().filter(|(kind, of)| !is_anew(kind, of)).collect();
        assert_same(&found(&document), &left);
        assert_eq!(code, Some(1));
        assert!(document["repaired"].as_u64().unwrap() > 10, "{document:#}");
        assert_eq!((shop.ask(&history), shop.ask(ledger)), before);
        assert_eq!(shop.ask("SELECT count(*) FROM events WHERE type = 'counted' AND actor_kind = 'cli' AND kind IN ('stock/MAIN')"), "2");
    }
}
