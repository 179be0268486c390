//! How many statements a write takes, and that each is prepared once.

use super::{
    super::super::tests::{statements::assert_prepared_once, trace::Trace},
    *,
};

/// Applies one batch and another like it on a connection that has nothing prepared yet: the first
/// takes so many statements, the second the same ones without preparing them again.
fn assert_prepared_by_the_first(first: &Write, second: &Write, statements: usize) {
    let (_folder, mut store) = store();
    together(&mut store, &[insertion(1, Some(key("known", 1)))]);
    let conn = store.conn.insert(connection::writer(&store.path).unwrap());
    let trace = Trace::of(conn);
    let mut heard_of = |job| {
        store.apply(std::slice::from_ref(job), Isolation::Together).unwrap();
        trace.take()
    };
    let (first, second) = (heard_of(first), heard_of(second));
    assert_prepared_once(&first, &second);
    assert_eq!(first.run.len(), statements, "{:#?}", first.run);
}

#[test]
fn an_insertion_takes_a_statement_for_the_order_each_line_and_the_event_prepared_once() {
    assert_prepared_by_the_first(&insertion(1, None), &insertion(2, None), 1 + 2 + 1);
}

#[test]
fn a_key_costs_an_insertion_no_further_statement() {
    let keyed = |text| insertion(1, Some(key(text, 1)));
    assert_prepared_by_the_first(&keyed("a"), &keyed("b"), 1 + 2 + 1);
    assert_prepared_by_the_first(&keyed("a"), &insertion(1, None), 1 + 2 + 1);
}

#[test]
fn a_known_key_takes_two_reads_prepared_once() {
    let keyed = || insertion(1, Some(key("known", 1)));
    assert_prepared_by_the_first(&keyed(), &keyed(), 2);
}

#[test]
fn a_change_takes_a_statement_for_each_table_that_it_changes_prepared_once() {
    // No earlier than the order that will be there.
    let later = now() + TimeDelta::hours(1);
    let placed = new_order(1, now()).with_id(n(1));
    let first = placed.track(parcel("1"), later).unwrap();
    let second = first.clone().into_order().track(parcel("2"), later).unwrap();
    let third = second.clone().into_order().track(parcel("3"), later).unwrap();
    let (first_folder, mut fresh) = store();
    together(&mut fresh, &[insertion(1, None)]);
    let trace = Trace::of(fresh.conn.as_mut().unwrap());
    assert_eq!(together(&mut fresh, &[change(first.clone())]), ["Changed"]);
    // With the parcel come its two lines.
    assert_eq!(trace.take().run.len(), 1 + 1 + 2 + 1);
    assert_eq!(together(&mut fresh, &[change(second)]), ["Changed"]);
    assert_eq!(trace.take().run.len(), 1 + 1 + 1);
    assert_eq!(together(&mut fresh, &[change(third)]), ["Changed"]);
    let again = trace.take();
    assert_eq!((again.run.len(), again.kept.len()), (1 + 1 + 1, 0), "{again:?}");
    drop(first_folder);

    let (folder, mut store) = store();
    together(&mut store, &[insertion(1, None), change(first.clone())]);
    let cancelled = first.into_order().cancel(later).unwrap();
    let trace = Trace::of(store.conn.as_mut().unwrap());
    assert_eq!(together(&mut store, &[change(cancelled)]), ["Changed"]);
    // And one for what the order holds.
    assert_eq!(trace.take().run.len(), 1 + 1 + 1 + 1);
    drop(folder);
}
