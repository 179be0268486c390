//! What is sent and brought where more is reserved than is on hand.

use super::*;

/// What is held at a place, where lines that reserved later hold so many.
fn held_before(place: i64, quantity: i64, later: i64) -> Held {
    Held { later, ..held(place, quantity) }
}

#[test]
fn what_is_on_hand_is_for_those_who_reserved_it_first() {
    // Of five pieces others hold four that were first, and three that came later.
    let line = [held_before(1, 2, 3)];
    for wish in [vec![ship(2, None)], vec![keep(2, 1)], vec![keep(2, 1), ship(2, Some(1))]] {
        let mut there = shelves(&[(5, 9)]);
        let refused = there.settle(&line, &asked(&[], wish)).unwrap_err();
        assert_eq!(refused, NotOnHand::Behind { product: n(1), location: code(1), backed: 1, wanted: 2 });
    }
    for wish in [ship(1, None), ship(1, Some(1))] {
        let moves = shelves(&[(5, 9)]).settle(&line, &asked(&[(1, 1)], vec![wish.clone()]));
        // What a parcel is to take is for it, not for the rest of the line.
        let expected =
            if wish.wish == ship(1, None).wish { None } else { Some(vec!["shipped 1 at 1".to_owned()]) };
        assert_eq!(moves.ok().map(|moves| said(&moves)), expected);
    }
    let moves = shelves(&[(5, 9)]).settle(&line, &asked(&[], vec![keep(1, 1), ship(1, Some(1))])).unwrap();
    assert_eq!(said(&moves), ["shipped 1 at 1"]);
}

#[test]
fn what_is_brought_stands_behind_all_others_and_what_was_there_with_it() {
    // There is room for one more.
    let all = [held_before(1, 2, 0), held(2, 2)];
    assert!(shelves(&[(5, 4), (2, 2)]).settle(&all, &asked(&[], vec![keep(4, 1)])).is_err());
    let moves = shelves(&[(5, 4), (2, 2)]).settle(&all, &asked(&[], vec![keep(3, 1)])).unwrap();
    assert_eq!(said(&moves), ["released 2 at 1", "released 1 at 2", "reserved 3 at 1"]);
}

#[test]
fn what_is_yet_to_come_is_brought_before_what_is_on_hand() {
    let mut there = shelves(&[(2, 2), (0, 2), (5, 0)]);
    let moves = there.settle(&[held(1, 2), held(2, 2)], &asked(&[], vec![keep(3, 3)])).unwrap();
    assert_eq!(said(&moves), ["released 1 at 1", "released 2 at 2", "reserved 3 at 3"]);
}

#[test]
fn what_one_parcel_brings_is_not_what_another_one_finds_where_it_leaves() {
    // Others wait for what is at the first place: what is let go there does not come back.
    let mut there = shelves(&[(2, 5), (0, 2), (2, 0)]);
    let all = [held_before(1, 2, 3), held(2, 2)];
    let moves = there.settle(&all, &asked(&[], vec![keep(2, 3), keep(2, 1)])).unwrap();
    assert_eq!(said(&moves), ["released 2 at 2", "reserved 2 at 3"]);
}
