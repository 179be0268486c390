//! Reads are prepared once for each connection.

use std::collections::BTreeSet;

use orders_domain::{OrderFilter, OrderQuery, OrderStatus};

use super::{
    super::{Conn, events, history, lists, queries},
    database,
    trace::{Heard, Trace},
};
use crate::sample::{at, n};

/// The first round prepared each of its statements to be kept; the second only ran them again.
pub fn assert_prepared_once(first: &Heard, second: &Heard) {
    let kept: BTreeSet<_> = first.kept.iter().collect();
    assert_eq!(kept.len(), first.kept.len(), "prepared twice: {:#?}", first.kept);
    assert_eq!(first.run.iter().collect::<BTreeSet<_>>(), kept);
    assert_eq!(second.run, first.run);
    assert_eq!(second.kept, [""; 0]);
}

fn assert_prepares_once(read: impl Fn(&mut Conn)) {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    let trace = Trace::of(&mut conn);
    read(&mut conn);
    let first = trace.take();
    read(&mut conn);
    assert_prepared_once(&first, &trace.take());
}

#[test]
fn finding_an_order_is_prepared_once() {
    assert_prepares_once(|conn| assert_eq!(queries::find(conn, 1).unwrap().len(), 0));
}

#[test]
fn a_page_is_prepared_once_for_each_choice_of_user_and_status() {
    for status in [None, Some(OrderStatus::Shipped)] {
        for user in [None, Some(n(1))] {
            for (from, to) in [(None, None), (Some(at(0)), Some(at(10)))] {
                assert_prepares_once(|conn| {
                    let filter = OrderFilter { status, user, from, to };
                    let query = OrderQuery { filter, after: Some(n(1)), limit: n(100) };
                    assert_eq!(lists::page(conn, &query, i64::MAX).unwrap().len(), 0);
                });
            }
        }
    }
}

#[test]
fn the_values_of_a_page_are_not_part_of_its_statement() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    let trace = Trace::of(&mut conn);
    for number in 1..=3 {
        let filter = OrderFilter { user: Some(n(number)), ..OrderFilter::default() };
        let query = OrderQuery { filter, after: (number > 1).then(|| n(number)), limit: n(number) };
        lists::page(&mut conn, &query, i64::MAX).unwrap();
    }
    assert_eq!(trace.take().kept.len(), 1);
}

#[test]
fn what_the_writer_reads_is_prepared_once() {
    assert_prepares_once(|conn| {
        assert_eq!(lists::newest(conn).unwrap(), None);
        assert_eq!(events::last(conn).unwrap(), None);
        assert_eq!(events::keys_after(conn, (0, 0), 10).unwrap(), []);
        assert_eq!(events::keys_since(conn, 0).unwrap(), []);
        assert!(events::made(conn, 1).is_err());
        assert_eq!(history::telling(conn, 1, n(2)).unwrap(), []);
    });
}
