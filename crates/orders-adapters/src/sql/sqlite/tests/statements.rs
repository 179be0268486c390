//! Reads are prepared once for each connection.

use std::collections::BTreeSet;

use orders_domain::{Cursor, OrderFilter, OrderList, OrderQuery, OrderStatus};

use super::{
    super::{Conn, events, history, lists, queries},
    database,
    plans::asked,
    trace::{Heard, Trace},
};
use crate::sample::n;

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
fn a_page_is_prepared_once_for_each_kind_of_list() {
    for query in asked().queries() {
        let query = OrderQuery { limit: n(100), ..query };
        assert_prepares_once(|conn| {
            let listing = OrderList::of(query.clone()).unwrap();
            assert_eq!(lists::page(conn, &listing, i64::MAX).unwrap().len(), 0);
        });
    }
}

#[test]
fn the_values_of_a_page_are_not_part_of_its_statement() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    let trace = Trace::of(&mut conn);
    let mut page = |filter, number| {
        let after = (number > 1).then(|| Cursor::Order(n(number)));
        let query = OrderQuery { filter, after, limit: n(number), ..OrderQuery::default() };
        lists::page(&mut conn, &OrderList::of(query).unwrap(), i64::MAX).unwrap();
    };
    for number in 1..=3 {
        page(OrderFilter { user: Some(n(number)), ..OrderFilter::default() }, number);
        let product = Some(n(number));
        page(OrderFilter { product, ..OrderFilter::default() }, number);
    }
    for status in [OrderStatus::Pending, OrderStatus::Delivered, OrderStatus::Cancelled] {
        page(OrderFilter { status: Some(status.into()), ..OrderFilter::default() }, 1);
    }
    assert_eq!(trace.take().kept.len(), 3);
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
