//! What the writer remembers of stock, whatever becomes of a batch.

use orders_domain::{
    OrderStatus, Product,
    catalogue::product::{NewProduct, ProductDetails, StockPolicy},
    ports::{Change, Commit, Refused},
    stock::Location,
};

use super::{
    super::super::{stock::Stockroom, tests::trace::Trace},
    *,
};
use crate::{
    shop::{at_priority, count, details, keeping, new_location, selling},
    sql::schema::{locations, stock_levels, stock_movements},
};

fn kept(change: Change) -> Write {
    Write::Commit(keeping(change, None))
}

fn new_product() -> Write {
    kept(Change::NewProduct(NewProduct { id: None, details: details(StockPolicy::Deny) }))
}

fn sale(pieces: i64) -> Commit {
    selling(&[(n(11), pieces)], None)
}

fn sell(pieces: i64) -> Write {
    Write::Commit(sale(pieces))
}

/// MAIN comes to stand so far behind.
fn main_at(priority: i64) -> Change {
    let details = at_priority(0);
    let main = Location { id: n(1), code: "MAIN".parse().unwrap(), details, version: n(1) };
    Change::Location(main.changed(at_priority(priority)).unwrap())
}

/// A store with so many pieces of product 11 at MAIN and as many behind it, at B.
fn stocked(pieces: i64) -> (TempDir, SqliteStore) {
    let (folder, mut store) = store();
    outside(
        &folder,
        "WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 10)
         INSERT INTO products SELECT id, NULL, 'a thing', 1, 'USD', NULL, NULL, NULL, NULL, 'untracked', 1, 1, 0, 0
         FROM ids",
    );
    let batch = [
        new_product(),
        kept(new_location("MAIN", at_priority(0))),
        kept(new_location("B", at_priority(1))),
        kept(count(n(11), "MAIN", pieces, None)),
        kept(count(n(11), "B", pieces, None)),
    ];
    assert_eq!(sold(&mut store, Isolation::Together, &batch), ["made"; 5]);
    (folder, store)
}

/// What came of each write, in a word.
fn sold(store: &mut SqliteStore, isolation: Isolation, batch: &[Write]) -> Vec<String> {
    let outcomes = store.apply(batch, isolation).unwrap();
    let word = |outcome| match outcome {
        Ok(Outcome::Made(Made::Order(order))) => format!("order {}", order.id()),
        Ok(Outcome::Made(_)) => "made".to_owned(),
        Ok(Outcome::Refused(Refused::NotSold(_))) => "not sold".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(PortError::Unavailable(_)) => "unavailable".to_owned(),
        Err(other) => panic!("{other:?}"),
    };
    outcomes.into_iter().map(word).collect()
}

/// What is on hand and reserved of product 11, by place.
fn levels(folder: &TempDir) -> Vec<(i64, i64)> {
    stock_levels::table
        .filter(stock_levels::product_id.eq(11))
        .order(stock_levels::location_id)
        .select((stock_levels::on_hand, stock_levels::reserved))
        .load(&mut database(folder.path()))
        .unwrap()
}

/// From now on the database refuses to reserve four pieces.
fn refuse_four(folder: &TempDir) {
    outside(
        folder,
        "CREATE TRIGGER refuse BEFORE INSERT ON stock_movements WHEN NEW.quantity = 4
         BEGIN SELECT RAISE(ABORT, 'no four'); END",
    );
}

#[test]
fn a_batch_that_fails_is_forgotten_with_its_levels() {
    let (folder, mut store) = stocked(5);
    refuse_four(&folder);
    for _ in 0..2 {
        let failed = store.apply(&[sell(2), sell(4)], Isolation::Together);
        assert!(matches!(failed, Err(BatchError::Statement(_))), "{failed:?}");
    }
    assert_eq!(levels(&folder), [(5, 0), (5, 0)]);
    let batch = [sell(5), sell(5), sell(1)];
    assert_eq!(sold(&mut store, Isolation::Together, &batch), ["order 1", "order 2", "not sold"]);
    assert_eq!(levels(&folder), [(5, 5), (5, 5)]);
}

#[test]
fn a_batch_whose_commit_fails_is_forgotten_with_its_levels() {
    let (folder, mut store) = stocked(5);
    fail_commits(&folder);
    let failed = store.apply(&[sell(2)], Isolation::Together);
    assert!(matches!(failed, Err(BatchError::Commit(_))), "{failed:?}");
    outside(&folder, "DROP TRIGGER fail");
    assert_eq!(sold(&mut store, Isolation::Together, &[sell(5)]), ["order 1"]);
    assert_eq!(levels(&folder), [(5, 5), (5, 0)]);
}

#[test]
fn each_by_itself_a_guilty_write_leaves_the_levels_of_its_neighbours_right() {
    let (folder, mut store) = stocked(6);
    refuse_four(&folder);
    let batch = [sell(2), sell(4), sell(3), sell(4), sell(1), sell(7)];
    let expected = ["order 1", "unavailable", "order 2", "unavailable", "order 3", "not sold"];
    assert_eq!(sold(&mut store, Isolation::Each, &batch), expected);
    assert_eq!(levels(&folder), [(6, 6), (6, 0)]);
    // What is remembered is what is stored.
    assert_eq!(sold(&mut store, Isolation::Together, &[sell(6), sell(1)]), ["order 4", "not sold"]);
}

#[test]
fn a_write_whose_level_is_refused_fails_alone() {
    let (folder, mut store) = stocked(6);
    outside(
        &folder,
        "CREATE TRIGGER refuse BEFORE UPDATE ON stock_levels WHEN NEW.reserved = OLD.reserved + 4
         BEGIN SELECT RAISE(ABORT, 'no four'); END",
    );
    let batch = [sell(1), sell(4), sell(2)];
    assert_eq!(sold(&mut store, Isolation::Each, &batch), ["order 1", "unavailable", "order 2"]);
    // As the last of its batch it is not covered by what comes after it.
    assert_eq!(sold(&mut store, Isolation::Each, &[sell(4)]), ["unavailable"]);
    let moved: i64 = stock_movements::table
        .filter(stock_movements::line.is_not_null())
        .count()
        .get_result(&mut database(folder.path()))
        .unwrap();
    assert_eq!((levels(&folder), moved), (vec![(6, 3), (6, 0)], 2));
}

#[test]
fn a_place_that_moves_back_in_the_middle_of_a_batch_does_so_for_those_behind_it() {
    let (folder, mut store) = stocked(5);
    let dry = Write::Rehearse(keeping(main_at(9), None));
    let batch = [sell(1), dry, sell(1), kept(main_at(9)), sell(1), sell(2)];
    let expected = ["order 1", "made", "order 2", "made", "order 3", "order 4"];
    assert_eq!(sold(&mut store, Isolation::Together, &batch), expected);
    assert_eq!(levels(&folder), [(5, 2), (5, 3)]);
}

#[test]
fn a_batch_that_fails_behind_a_place_that_moved_leaves_all_as_it_was() {
    let (folder, mut store) = stocked(5);
    refuse_four(&folder);
    let batch = [sell(1), kept(main_at(9)), sell(2), sell(4)];
    store.apply(&batch, Isolation::Together).unwrap_err();
    assert_eq!(levels(&folder), [(5, 0), (5, 0)]);
    assert_eq!(sold(&mut store, Isolation::Together, &[sell(5)]), ["order 1"]);
    let places: Vec<i64> =
        locations::table.select(locations::priority).load(&mut database(folder.path())).unwrap();
    assert_eq!((levels(&folder), places), (vec![(5, 5), (5, 0)], vec![0, 1]));
}

#[test]
fn a_rehearsal_in_the_middle_of_a_batch_leaves_the_levels_as_they_were() {
    let (folder, mut store) = stocked(5);
    let dry = |pieces| Write::Rehearse(sale(pieces));
    let counted = Write::Rehearse(keeping(count(n(11), "MAIN", 0, None), None));
    let batch = [sell(2), dry(3), counted, sell(3), dry(5), dry(6), sell(5)];
    let expected = ["order 1", "order 2", "made", "order 2", "order 3", "not sold", "order 3"];
    assert_eq!(sold(&mut store, Isolation::Together, &batch), expected);
    assert_eq!(levels(&folder), [(5, 5), (5, 5)]);
    let ids: Vec<i64> =
        events::table.select(events::id).order(events::id).load(store.conn.as_mut().unwrap()).unwrap();
    assert_eq!(ids, (1..=8).collect::<Vec<_>>(), "a refusal or a rehearsal has used up a number");
}

#[test]
fn a_price_that_changes_in_a_batch_counts_for_those_behind_it() {
    let (_folder, mut store) = stocked(5);
    let product = Product { id: n(11), details: details(StockPolicy::Deny), version: n(1) };
    let cheap = ProductDetails { price: n(1), ..product.details.clone() };
    let change = || Change::Product(product.changed(cheap.clone()).unwrap());
    let dry = Write::Rehearse(keeping(change(), None));
    let outcomes =
        store.apply(&[sell(1), dry, sell(1), kept(change()), sell(1)], Isolation::Together).unwrap();
    let totals: Vec<_> = outcomes
        .into_iter()
        .filter_map(|outcome| match outcome {
            Ok(Outcome::Made(Made::Order(order))) => Some(order.total().minor_units()),
            _ => None,
        })
        .collect();
    assert_eq!(totals, [1000, 1000, 1]);
}

#[test]
fn more_products_than_are_remembered_are_sold_all_the_same() {
    let (folder, mut store) = stocked(5);
    let more =
        [new_product(), new_product(), kept(count(n(12), "B", 5, None)), kept(count(n(13), "B", 5, None))];
    sold(&mut store, Isolation::Together, &more);
    store.stockroom = Stockroom::remembering(2);
    let both = || Write::Commit(selling(&[(n(11), 1), (n(12), 1)], None));
    let all = || Write::Commit(selling(&[(n(12), 1), (n(13), 1), (n(11), 1)], None));
    let mut known = Vec::new();
    for (number, batch) in (1..).zip([[both()], [all()], [both()], [all()], [sell(1)]]) {
        assert_eq!(sold(&mut store, Isolation::Together, &batch), [format!("order {number}")]);
        known.push(store.stockroom.len());
    }
    assert_eq!(known, [2, 0, 2, 0, 1]);
    assert_eq!(levels(&folder), [(5, 5), (5, 0)]);
}

#[test]
fn a_level_is_written_once_a_batch_and_a_product_is_read_once() {
    let (_folder, mut store) = stocked(100);
    sold(&mut store, Isolation::Together, &[sell(1)]);
    let trace = Trace::of(store.conn.as_mut().unwrap());
    let batch: Vec<_> = (0..20).map(|_| sell(1)).collect();
    sold(&mut store, Isolation::Together, &batch);
    let run = trace.take().run;
    let count = |word: &str| run.iter().filter(|sql| sql.starts_with(word)).count();
    assert_eq!((count("INSERT INTO stock_levels"), count("SELECT")), (1, 0));
    // An order, its line, its event and what it reserves.
    assert_eq!(run.len(), 20 * 4 + 1);
}

#[test]
fn a_settled_order_takes_a_look_at_what_it_holds_and_no_more() {
    let (_folder, mut store) = stocked(5);
    let outcomes = store.apply(&[sell(2)], Isolation::Together).unwrap();
    let [Ok(Outcome::Made(Made::Order(order)))] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    let cancelling = order.clone().advance(OrderStatus::Cancelled, now()).unwrap();
    let trace = Trace::of(store.conn.as_mut().unwrap());
    assert_eq!(together(&mut store, &[change(cancelling)]), ["Changed"]);
    let run = trace.take().run;
    assert_eq!(run.iter().filter(|sql| sql.starts_with("SELECT")).count(), 2, "{run:#?}");
}
