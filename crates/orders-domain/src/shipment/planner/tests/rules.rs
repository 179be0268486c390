//! Each rule by an example.

use super::*;

fn problem(wanted: Vec<Wanted>, places: Vec<Candidate>) -> Problem {
    Problem { wanted, places, destination: Some(germany()) }
}

#[test]
fn one_parcel_beats_two_that_are_nearer() {
    let places = vec![place(1, 0, &[1, 0]), place(2, 1, &[0, 1]), place(3, 9, &[1, 1])];
    let plan = plan(&problem(vec![wanted(0, 1, 100), wanted(1, 1, 100)], places));
    assert_eq!(said(&plan), ["P3: 1x0 1x1"]);
    assert_eq!(codes(&plan.parcels[0]), ["fewest-parcels"]);
    assert!(plan.exact);
    let lost: Vec<_> = plan.alternatives.iter().map(|other| other.lost_by).collect();
    assert_eq!(lost, [Criterion::Parcels; 3]);
    assert_eq!(plan.alternatives[0].places.len(), 2);
}

#[test]
fn of_as_many_parcels_those_that_cross_no_border_win_then_the_nearer_then_the_priority_and_age() {
    let abroad = Candidate { country: "FR".parse().unwrap(), ..place(1, 0, &[1]) };
    let wanted = || vec![wanted(0, 1, 100)];
    let two = plan(&problem(wanted(), vec![abroad.clone(), place(2, 5, &[1])]));
    assert_eq!((said(&two), two.alternatives[0].lost_by), (vec!["P2: 1x0".to_owned()], Criterion::Borders));
    let near = plan(&problem(wanted(), vec![place(2, 5, &[1]), place(3, 4, &[1])]));
    assert_eq!(
        (said(&near), near.alternatives[0].lost_by),
        (vec!["P3: 1x0".to_owned()], Criterion::Distance)
    );
    assert_eq!(codes(&near.parcels[0]), ["nearest"]);
    assert_eq!(near.parcels[0].reasons[0].value, None, "how far it is tells where somebody lives");
    let front = Candidate { priority: n(0), ..place(9, 4, &[1]) };
    let behind = Candidate { priority: n(1), ..place(3, 4, &[1]) };
    let ranked = plan(&problem(wanted(), vec![behind, front.clone(), Candidate { id: n(10), ..front }]));
    assert_eq!(
        (said(&ranked), ranked.alternatives[0].lost_by),
        (vec!["P9: 1x0".to_owned()], Criterion::Priority)
    );
}

#[test]
fn a_line_is_split_where_no_place_has_all_and_what_is_nowhere_is_unplaced() {
    let places = vec![place(1, 0, &[2, 0]), place(2, 1, &[2, 0])];
    let plan = plan(&problem(vec![wanted(3, 5, 100), wanted(7, 1, 0)], places));
    assert_eq!(said(&plan), ["P1: 2x3", "P2: 2x3"]);
    assert_eq!((plan.unplaced, plan.cost.unplaced), (vec![(3, 1), (7, 1)], 2));
}

#[test]
fn what_is_at_one_place_only_says_so() {
    let places = vec![place(1, 0, &[1, 1]), place(2, 1, &[1, 0])];
    let plan = plan(&problem(vec![wanted(0, 1, 100), wanted(1, 1, 100)], places));
    assert_eq!(said(&plan), ["P1: 1x0 1x1"]);
    assert_eq!(plan.parcels[0].reasons[0].detail, "line 602 is only at P1");
}

#[test]
fn what_is_too_heavy_or_too_large_together_is_split_and_what_is_so_alone_goes_alone() {
    let limited = |parcel| Candidate { parcel, ..place(1, 0, &[9, 9]) };
    let heavy = limited(ParcelLimits { weight: Some(n(10)), ..ParcelLimits::default() });
    let by_weight = plan(&problem(vec![wanted(0, 4, 4), wanted(1, 1, 11)], vec![heavy]));
    assert_eq!(said(&by_weight), ["P1: 1x1", "P1: 2x0", "P1: 2x0"]);
    assert_eq!(codes(&by_weight.parcels[0]), ["only-place-with-stock", "oversize"]);
    assert_eq!(codes(&by_weight.parcels[1]), ["only-place-with-stock", "weight-limit"]);
    let Reason { limit, value, .. } = by_weight.parcels[1].reasons[1];
    assert_eq!((limit, value, by_weight.parcels[1].weight), (Some(10), Some(16), 8));
    let cubes = vec![Wanted { size: cube(10), ..wanted(0, 3, 0) }];
    let small = limited(ParcelLimits { volume: volume(2_000), ..ParcelLimits::default() });
    let by_size = plan(&problem(cubes.clone(), vec![small]));
    assert_eq!(
        (said(&by_size).len(), codes(&by_size.parcels[0])),
        (2, vec!["only-place-with-stock", "size-limit"])
    );
    let short = limited(ParcelLimits { side: Some(n(9)), ..ParcelLimits::default() });
    let too_long = plan(&problem(cubes, vec![short]));
    assert_eq!(
        (said(&too_long).len(), codes(&too_long.parcels[2])),
        (3, vec!["only-place-with-stock", "oversize"])
    );
}

#[test]
fn what_nobody_counts_goes_into_one_parcel_from_nowhere() {
    let uncounted = |line, grams| Wanted { counted: false, ..wanted(line, 2, grams) };
    let plan = plan(&problem(
        vec![uncounted(0, 5), wanted(1, 1, 1), uncounted(2, 0)],
        vec![place(1, 0, &[0, 1, 0])],
    ));
    assert_eq!(said(&plan), ["P1: 1x1", "-: 2x0 2x2"]);
    assert_eq!((plan.parcels[1].weight, plan.cost.parcels), (10, 2));
}

#[test]
fn without_an_address_there_is_no_border_and_no_distance() {
    let abroad = Candidate { country: "FR".parse().unwrap(), ..place(1, 40, &[1]) };
    let problem =
        Problem { destination: None, ..problem(vec![wanted(0, 1, 100)], vec![place(2, 0, &[1]), abroad]) };
    let plan = plan(&problem);
    assert_eq!((said(&plan), plan.cost.borders, plan.cost.gram_metres), (vec!["P1: 1x0".to_owned()], 0, 0));
    assert_eq!(codes(&plan.parcels[0]), ["fewest-parcels"]);
}

#[test]
fn nothing_wanted_or_nowhere_to_send_from_makes_no_parcel() {
    let none = plan(&problem(Vec::new(), vec![place(1, 0, &[])]));
    assert_eq!((none.parcels, none.unplaced, none.exact), (Vec::new(), Vec::new(), true));
    let nowhere = plan(&problem(vec![wanted(0, 2, 1)], Vec::new()));
    assert_eq!((nowhere.parcels.len(), nowhere.unplaced), (0, vec![(0, 2)]));
}

#[test]
fn more_parcels_than_an_order_has_are_counted_and_not_shown() {
    let limited = Candidate {
        parcel: ParcelLimits { weight: Some(n(1)), ..ParcelLimits::default() },
        ..place(1, 0, &[100_000; 100])
    };
    let wanted = (0..100).map(|line| wanted(line, 100_000, 5)).collect();
    let plan = plan(&problem(wanted, vec![limited]));
    assert_eq!((plan.parcels.len(), plan.cost.parcels), (MOST_PARCELS + 1, 10_000_000));
}

#[test]
fn the_same_problem_has_the_same_plan() {
    let mut dice = Dice(7);
    for _ in 0..20 {
        let problem = random(&mut dice, 20, 10, 5);
        assert_eq!(format!("{:?}", plan(&problem)), format!("{:?}", plan(&problem)));
    }
}

#[test]
fn one_parcel_from_a_place_without_limits_beats_many_from_the_nearest_ones() {
    let limit = ParcelLimits { weight: Some(n(10)), ..ParcelLimits::default() };
    let near = |id| Candidate { parcel: limit, ..place(id, 0, &[1_000, 1_000]) };
    let mut places: Vec<_> = (1..=20).map(near).collect();
    places.push(place(99, 40, &[1_000, 1_000]));
    let all_far = plan(&problem(vec![wanted(0, 900, 3), wanted(1, 900, 11)], places.clone()));
    assert_eq!((said(&all_far), all_far.exact), (vec!["P99: 900x0 900x1".to_owned()], true));
    // Where no place has all, it sends what it has, and the others the rest.
    places[20].stock = vec![1_000, 890];
    let some_far = plan(&problem(vec![wanted(0, 900, 3), wanted(1, 900, 11)], places));
    assert_eq!((some_far.cost.parcels, some_far.exact), (11, false));
    assert!(some_far.parcels.iter().any(|parcel| parcel.lines == [(0, 900), (1, 890)]), "{some_far:?}");
}

#[test]
fn pieces_that_go_alone_leave_from_where_they_do_not() {
    let limit = ParcelLimits { weight: Some(n(10)), ..ParcelLimits::default() };
    let near = |id| Candidate { parcel: limit, ..place(id, 0, &[30]) };
    let mut places: Vec<_> = (1..=20).map(near).collect();
    places.extend([place(98, 40, &[15]), place(99, 41, &[15])]);
    let plan = plan(&problem(vec![wanted(0, 30, 11)], places));
    assert_eq!(said(&plan), ["P98: 15x0", "P99: 15x0"]);
}

#[test]
fn among_many_places_nearer_ones_take_the_part_of_one_that_covers_most() {
    let mut places: Vec<_> = (1..=20).map(|id| place(id, 50, &[1, 0])).collect();
    places.extend([place(97, 40, &[3, 2]), place(98, 1, &[3, 0]), place(99, 0, &[0, 3])]);
    let plan = plan(&problem(vec![wanted(0, 3, 100), wanted(1, 3, 100)], places));
    assert_eq!(said(&plan), ["P99: 3x1", "P98: 3x0"]);
}

#[test]
fn pieces_at_hundreds_of_places_leave_from_all_of_them() {
    let places = (1..=300).map(|id| place(id, 0, &[1])).collect();
    let plan = plan(&problem(vec![wanted(0, 250, 100)], places));
    assert_eq!((plan.cost.parcels, plan.cost.unplaced, plan.unplaced), (250, 0, Vec::new()));
}

#[test]
fn no_fewer_parcels_are_spoken_of_only_where_that_is_known() {
    let behind = |id, stock: &[u32]| Candidate { parcel: ParcelLimits::default(), ..place(id, 9, stock) };
    let spread: Vec<_> =
        (1..=20).map(|id| place(id, 0, if id % 2 == 0 { &[1, 0, 0] } else { &[0, 1, 0] })).collect();
    let wanted = || vec![wanted(0, 1, 5), wanted(1, 1, 5), wanted(2, 1, 5)];
    let details = |mut places: Vec<Candidate>, last: &[&[u32]]| {
        places.extend(last.iter().zip(50..).map(|(stock, id)| behind(id, stock)));
        let plan = plan(&problem(wanted(), places));
        let of_far = plan.parcels.iter().flat_map(|parcel| &parcel.reasons);
        of_far.map(|reason| reason.detail.clone()).collect::<Vec<_>>()
    };
    let known = details(spread.clone(), &[&[1, 1, 1], &[1, 1, 1]]);
    assert_eq!(known, ["with P50 the order leaves in 1 parcel, and in no fewer"]);
    let unknown = details(spread, &[&[1, 1, 0], &[0, 0, 1], &[0, 0, 1]]);
    assert!(unknown.contains(&"with P50 the order leaves in 2 parcels".to_owned()), "{unknown:?}");
}

#[test]
fn pieces_that_each_go_alone_are_planned_to_the_end_where_they_are_few() {
    let place = |id: i64| Candidate {
        parcel: ParcelLimits { weight: Some(n(4)), ..ParcelLimits::default() },
        ..place(id, id % 100, &[1, 1, 1, 1])
    };
    let few: Vec<_> = (0..4).map(|line| wanted(line, 3, 3)).collect();
    let many = few.iter().map(|line| Wanted { quantity: 300, ..line.clone() }).collect();
    let found = plan(&problem(few, (1..=12).map(place).collect()));
    assert_eq!((found.exact, found.cost.parcels), (true, 12));
    let found = plan(&problem(many, (1..=400).map(place).collect()));
    assert_eq!((found.exact, found.parcels.len(), found.cost.parcels), (false, MOST_PARCELS + 1, 1_200));
}

#[test]
fn a_dozen_different_pieces_are_planned_to_the_end_where_that_is_soon_done() {
    let exact = |pieces: u8, places: i64| {
        let stock = vec![1; pieces.into()];
        let place = |id| Candidate {
            parcel: ParcelLimits { weight: Some(n(5)), ..ParcelLimits::default() },
            ..place(id, id, &stock)
        };
        let found = plan(&problem(
            (0..pieces).map(|line| wanted(line, 1, 2)).collect(),
            (1..=places).map(place).collect(),
        ));
        assert_eq!(found.cost.parcels, i64::from(pieces.div_ceil(2)), "{pieces} at {places}");
        found.exact
    };
    assert!(exact(11, 12) && exact(12, 4));
    assert!(!exact(12, 12) && !exact(13, 4));
}
