//! How SQLite finds webhooks, consumers and deliveries.

use std::collections::BTreeSet;

use diesel::{Connection, connection::SimpleConnection, result::Error};
use orders_domain::{
    Consumer, Subject,
    delivery::{
        DeliveryFilter, DeliveryQuery, DeliveryState, Holder, LogPosition, Progress, Settled, Step, Stepped,
    },
    ports::{Commit, Handled},
};

use super::{
    super::{
        commit::{self, Counters, Known},
        consumers, deliveries,
        keys::Keys,
        stock::Stockroom,
        webhooks,
    },
    Conn, database,
    plans::plan,
    trace::Trace,
};
use crate::{
    hooks::{holder, one_of_each_kind, progress, settled, waiting},
    sample::{at, n, new_order, placing},
    sql::writer::{Isolation, Outcome, Write},
};

/// Those that read a table from one end: the few webhooks, the only shop, the highest numbers, and the names of
/// consumers, each found behind the one before.
const SCANS: [&str; 5] = ["SCAN webhooks", "SCAN shop", "SCAN events", "SCAN found", "SCAN CONSTANT ROW"];

fn write(conn: &mut Conn, asked: Write) -> Outcome {
    let (mut keys, mut stockroom) = (Keys::default(), Stockroom::default());
    let next = Counters::read(conn).unwrap();
    let mut known = Known { keys: &mut keys, stockroom: &mut stockroom, next };
    let mut outcomes = commit::write_all(conn, &mut known, &[asked], Isolation::Together).unwrap();
    outcomes.remove(0).unwrap()
}

fn take(conn: &mut Conn, step: Step) -> Stepped {
    match write(conn, Write::Step(step)) {
        Outcome::Stepped(stepped) => stepped,
        other => panic!("{other:?}"),
    }
}

/// Everything that is done with webhooks and deliveries, and everything that is read of them.
fn live(conn: &mut Conn) {
    let consumer = Consumer::Webhook(n(1));
    let message = Handled { by: "plans", message: n(1) };
    let handled = Commit { handled: Some(message), ..placing(new_order(1, at(0)), None) };
    assert!(matches!(write(conn, Write::Commit(handled)), Outcome::Placed(..)));
    let mut hooks = one_of_each_kind().into_iter();
    let made = write(conn, Write::Commit(hooks.next().unwrap()));
    assert!(matches!(made, Outcome::Made(_)), "{made:?}");
    take(conn, Step::Open(Consumer::Mail));
    let one: Holder = holder("one");
    take(conn, Step::Lease { consumer, holder: one.clone(), term: std::time::Duration::ZERO });
    let steps: [Vec<Settled>; 2] = [
        vec![settled(n(1), 1, DeliveryState::Pending, 0), waiting(n(2), 1)],
        vec![settled(n(1), 1, DeliveryState::Done, 1)],
    ];
    for settled in steps {
        let forward = Progress { settled, ..progress(consumer, Some(n(2))) };
        assert_eq!(take(conn, Step::Progress(Box::new(forward))), Stepped::Done);
        let asked = [(n(1), Subject::Order(n(1))), (n(2), Subject::Order(n(1)))];
        deliveries::standing(conn, consumer, &asked).unwrap();
        deliveries::backlog(conn, consumer, at(9_000), 10).unwrap();
    }
    for state in [None, Some(DeliveryState::Done), Some(DeliveryState::Dead)] {
        for of in [None, Some(consumer)] {
            let filter = DeliveryFilter { consumer: of, state };
            let after = Some(LogPosition { event: None, consumer: None });
            deliveries::log(conn, &DeliveryQuery { filter, after, limit: n(10) }).unwrap();
        }
    }
    for work in hooks {
        let changed = write(conn, Write::Commit(work));
        assert!(matches!(changed, Outcome::Made(_)), "{changed:?}");
    }
    take(conn, Step::Release { consumer, holder: one });
    assert!(matches!(take(conn, Step::Prune { before: at(100_000), most: 10 }), Stepped::Pruned(1..)));
    webhooks::find(conn, n(1)).unwrap();
    webhooks::page(conn, None, n(10)).unwrap();
    webhooks::secrets(conn, n(1)).unwrap();
    consumers::find(conn, consumer).unwrap();
}

fn statements(conn: &mut Conn) -> BTreeSet<String> {
    let trace = Trace::of(conn);
    let lived = conn.transaction::<(), _, _>(|conn| {
        live(conn);
        Err(Error::RollbackTransaction)
    });
    assert_eq!(lived, Err(Error::RollbackTransaction));
    let run = trace.take().run;
    run.into_iter().filter(|sql| !sql.starts_with("ROLLBACK")).collect()
}

/// Many deliveries of a few consumers.
const FILL: &str = "
    INSERT INTO deliveries
        WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 20000)
        SELECT 'webhook:' || (id % 3 + 7), 1000000 + id, 'order', id % 100, CASE WHEN id % 9 = 0 THEN 'pending' ELSE 'done' END,
            NULL, 1, 0 FROM ids;
    INSERT INTO attempts SELECT consumer, event, 1, 0, 1, 200, NULL, NULL FROM deliveries;
    INSERT INTO inbox SELECT consumer, event, 0 FROM deliveries;";

#[test]
fn every_statement_about_deliveries_searches_by_an_index_with_nothing_to_sort() {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    conn.batch_execute("INSERT INTO shop (id, currency) VALUES (1, 'USD')").unwrap();
    for prepare in ["", "ANALYZE", FILL, "ANALYZE"] {
        conn.batch_execute(prepare).unwrap();
        let mut used = BTreeSet::new();
        for sql in statements(&mut conn) {
            for step in plan(&mut conn, &sql) {
                let reads = ["SEARCH ", "LIST SUBQUERY", "SCALAR SUBQUERY", "CORRELATED SCALAR SUBQUERY"];
                let recursive =
                    ["CO-ROUTINE found", "SETUP", "RECURSIVE STEP", "UNION ALL", "MATERIALIZE found"];
                let good = reads.iter().chain(&recursive).any(|known| step.starts_with(known));
                let ours = step.contains("orders") || step.contains("order_products");
                assert!(good || ours || SCANS.iter().any(|scan| step.starts_with(scan)), "{sql}\n{step}");
                // All that a consumer ever had.
                assert_ne!(step, "SEARCH deliveries USING PRIMARY KEY (consumer=?)", "{sql}");
                used.insert(step);
            }
        }
        for index in ["deliveries_due", "deliveries_waiting", "deliveries_by_state"] {
            assert!(used.iter().any(|step| step.contains(index)), "{index} is of no use: {used:#?}");
        }
    }
}
