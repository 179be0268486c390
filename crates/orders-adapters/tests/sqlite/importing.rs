//! Orders brought in from elsewhere.

use chrono::DateTime;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use orders_adapters::sql::{
    BulkImports, BulkOrders, Lines, Newest, Run, StoredEvent, StoredOrder, sqlite::SqliteCopy,
};
use orders_domain::{
    Actor, Currency, ExternalId, Happening, Imported, MarketplaceCode, Order, OrderEvent, OrderList,
    OrderProduct, OrderStatus, PageLimit, Step, Subject,
    faults::Faults,
    order::{contact::Contact, import::ImportedOrder},
    ports::{Cause, EventFilter, EventLimit, Feed, Orders, PortError},
};

use super::{
    Place,
    common::{at, n, new_order, parcel},
    placing::{change, place},
};

/// An order of user `id` with what happened to it; the ids of its events are from `event` on.
fn lived(id: i64, millis: i64, event: i64, steps: &[fn(Order) -> Step]) -> StoredOrder {
    let mut order = new_order(id, at(millis)).with_id(n(id));
    let mut happenings = vec![(order.clone(), Happening::placing(&order))];
    for step in steps {
        let Step::Changed(changed) = step(order.clone()) else { panic!("nothing changes") };
        order = changed.order().clone();
        happenings.push((order.clone(), changed.what().clone()));
    }
    let events = (event..).zip(happenings).map(|(id, (then, what))| {
        let (version, at, origin) = (then.version(), then.updated_at(), Actor::Cli.into());
        StoredEvent {
            event: OrderEvent {
                id: n(id),
                order: then.id(),
                version,
                at,
                origin,
                marketplace: MarketplaceCode::DEFAULT,
                what,
                checkpoint: None,
            },
            made_by: None,
        }
    });
    StoredOrder { events: events.collect(), order }
}

/// Orders 5, 6 and 9: shipped, cancelled, pending.
fn history() -> Vec<StoredOrder> {
    vec![
        lived(
            5,
            0,
            1,
            &[
                |order| order.track(parcel("1"), at(10)).unwrap(),
                |order| order.advance(OrderStatus::Shipped, at(20)).unwrap(),
            ],
        ),
        lived(6, 5, 4, &[|order| order.cancel(at(6)).unwrap()]),
        lived(9, 30, 6, &[]),
    ]
}

fn everything() -> OrderList {
    OrderList::all(None, PageLimit::MAX)
}

#[tokio::test]
async fn imported_orders_are_served_and_new_ones_follow_the_highest() {
    let place_of_file = Place::new();
    let mut importer = SqliteCopy::open(&place_of_file.file()).unwrap();
    assert_eq!(importer.newest().unwrap(), Newest { order: 0, date: DateTime::UNIX_EPOCH, event: 0 });
    let history = history();
    let mut expected: Vec<_> = history.iter().map(|stored| stored.order.clone()).collect();
    importer.add(&history[..2]).unwrap();
    importer.add(&history[2..]).unwrap();
    importer.add(&[]).unwrap();
    assert_eq!(importer.newest().unwrap(), Newest { order: 9, date: at(30), event: 6 });
    assert_eq!(importer.stored_after(None).unwrap(), history);
    drop(importer);

    let orders = place_of_file.open();
    let new = place(&orders, 1, at(0)).await;
    assert_eq!((new.id(), new.ordered_at()), (n(10), at(30)));
    expected[2] = change(&orders, expected[2].clone().cancel(at(40)).unwrap()).await;
    expected.push(new);
    assert_eq!(orders.page(everything()).await.unwrap(), expected);
    let events = orders.events(EventFilter::default(), Some(n(6)), EventLimit::MAX).await.unwrap().events;
    let happened: Vec<_> =
        events.iter().map(|event| (event.id, event.subject.clone(), event.version)).collect();
    let expected = [(n(7), Subject::Order(n(10)), n(1)), (n(8), Subject::Order(n(9)), n(2))];
    assert_eq!(happened, expected);
    drop(orders);
    let newest = SqliteCopy::open(&place_of_file.file()).unwrap().newest().unwrap();
    assert_eq!(newest, Newest { order: 10, date: at(30), event: 8 });
}

#[tokio::test]
async fn an_import_with_a_taken_number_stores_none_of_its_orders() {
    let place_of_file = Place::new();
    let mut importer = SqliteCopy::open(&place_of_file.file()).unwrap();
    let history = history();
    importer.add(&history[1..2]).unwrap();
    let failed = importer.add(&history);
    assert!(matches!(failed, Err(PortError::Unavailable(_))), "{failed:?}");
    drop(importer);
    assert_eq!(place_of_file.open().page(everything()).await.unwrap(), [history[1].order.clone()]);
}

/// Delivered orders of these names, all at once.
struct File {
    names: std::ops::Range<u64>,
    is_read: bool,
}

impl Lines<ImportedOrder> for File {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.is_read = false;
        Ok(())
    }

    fn next_lines(&mut self, _: &mut Faults) -> Result<Option<Vec<ImportedOrder>>, Cause> {
        let order = |name: u64| ImportedOrder {
            line: name,
            from: Imported { external_id: ExternalId::parse(&name.to_string()).unwrap(), placed_at: at(0) },
            user: n(1),
            status: OrderStatus::Delivered,
            currency: Currency::USD,
            marketplace: MarketplaceCode::DEFAULT,
            lines: vec![OrderProduct::new(n(1), n(100), n(1))],
            tracking: None,
            contact: Contact::default(),
        };
        let was_read = std::mem::replace(&mut self.is_read, true);
        Ok((!was_read).then(|| self.names.clone().map(order).collect()))
    }
}

#[derive(Debug, Clone, PartialEq, QueryableByName)]
struct Made {
    #[diesel(sql_type = Text)]
    sql: String,
    #[diesel(sql_type = Text)]
    said: String,
}

#[test]
fn indexes_that_were_put_off_are_all_there_after_an_import() {
    let place_of_file = Place::new();
    let mut importer = SqliteCopy::open(&place_of_file.file()).unwrap();
    let mut other = SqliteConnection::establish(place_of_file.file().to_str().unwrap()).unwrap();
    let mut schema = || {
        let made = "SELECT sql, integrity_check AS said FROM sqlite_schema, pragma_integrity_check
                    WHERE sql IS NOT NULL ORDER BY sql";
        sql_query(made).load::<Made>(&mut other).unwrap()
    };
    let before = schema();
    assert!(before.iter().any(|made| made.sql.starts_with("CREATE INDEX orders_by_user")));
    assert_eq!(before[0].said, "ok");
    let run = Run { at: at(0), dry: false };
    // More than there are, and fewer.
    for names in [1..9, 9..12] {
        let count = names.end - names.start;
        let done = importer.import_orders(&mut File { names, is_read: false }, run).unwrap();
        assert_eq!((done.added, schema()), (count, before.clone()));
    }
}
