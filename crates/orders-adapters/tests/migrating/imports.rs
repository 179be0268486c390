//! A database with imported orders goes back to one without what they are called elsewhere, and comes again.

use chrono::DateTime;
#[cfg(feature = "postgres")]
use orders_adapters::sql::postgres::PostgresCopy;
use orders_adapters::{
    OpenError,
    sql::{Bulk, Lines, Run, sqlite::SqliteCopy},
};
use orders_domain::{
    Currency, ExternalId, Imported, MarketplaceCode, OrderProduct, OrderStatus,
    faults::Faults,
    order::{
        contact::Contact,
        import::{ImportedOrder, OrderTally},
    },
    ports::Cause,
};

use super::{common::n, *};

/// A file of one order.
struct One(bool);

impl Lines<ImportedOrder> for One {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.0 = true;
        Ok(())
    }

    fn next_lines(&mut self, _: &mut Faults) -> Result<Option<Vec<ImportedOrder>>, Cause> {
        let from =
            Imported { external_id: ExternalId::parse("A-1").unwrap(), placed_at: DateTime::UNIX_EPOCH };
        let order = ImportedOrder {
            line: 1,
            from,
            user: n(1),
            status: OrderStatus::Delivered,
            currency: Currency::USD,
            marketplace: MarketplaceCode::DEFAULT,
            lines: vec![OrderProduct::new(n(9), n(1999), n(7))],
            tracking: None,
            contact: Contact::default(),
        };
        Ok(std::mem::take(&mut self.0).then(|| vec![order]))
    }
}

fn import(mut shop: impl Bulk, expected: OrderTally) {
    let tally = shop.import_orders(&mut One(false), Run { at: at(0), dry: false }).unwrap();
    assert_eq!(tally, expected);
}

const NEW: OrderTally = OrderTally { added: 1, unchanged: 0, events: 3 };

/// Whether the order is there, with its events, and is not called anything elsewhere.
async fn assert_is_an_order_as_others(orders: &dyn Database) {
    let order = orders.find(n(1)).await.unwrap().unwrap();
    assert_eq!((order.status(), order.imported()), (OrderStatus::Delivered, None));
    let events = history(orders, &order).await;
    assert_eq!(events.len(), 3);
    assert_eq!(order.clone().as_of(&events), Ok(Some(order)));
}

fn assert_would_lose(taken_back: Result<Option<String>, OpenError>) {
    assert!(matches!(taken_back, Err(OpenError::WouldLose { what, .. }) if what.contains("imported orders")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_imported_orders_goes_back_only_with_losses_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    import(SqliteCopy::open(&file).unwrap(), NEW);
    import(SqliteCopy::open(&file).unwrap(), OrderTally { added: 0, unchanged: 1, events: 0 });
    assert_eq!(revert(&file, false).unwrap().as_deref(), Some(NEWER[0]));
    assert_eq!(revert(&file, false).unwrap().as_deref(), Some(NEWER[1]));
    assert_would_lose(revert(&file, false));
    assert_eq!(revert(&file, true).unwrap().as_deref(), Some(NEWER[2]));
    assert_eq!(migrate(&file).unwrap(), [NEWER[2], NEWER[1], NEWER[0]]);
    assert_is_an_order_as_others(&SqliteDatabase::open(&file).unwrap()).await;
    import(SqliteCopy::open(&file).unwrap(), NEW);
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_with_imported_orders_goes_back_only_with_losses_and_comes_again() {
    let Some(database) = postgres_server::database() else { return };
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let options = PostgresOptions::default();
    // All of it blocks, which the thread of a test must not.
    let opened = std::thread::spawn(move || {
        let open = || PostgresCopy::open_shop(&url, options).unwrap();
        import(open(), NEW);
        import(open(), OrderTally { added: 0, unchanged: 1, events: 0 });
        assert_eq!(postgres::revert(&url, options, false).unwrap().as_deref(), Some(NEWER[0]));
        assert_eq!(postgres::revert(&url, options, false).unwrap().as_deref(), Some(NEWER[1]));
        assert_would_lose(postgres::revert(&url, options, false));
        assert_eq!(postgres::revert(&url, options, true).unwrap().as_deref(), Some(NEWER[2]));
        PostgresDatabase::open(&url, None, options).unwrap()
    });
    assert_is_an_order_as_others(&opened.join().unwrap()).await;
    let url: postgres::PostgresUrl = database.url().parse().unwrap();
    let again = std::thread::spawn(move || import(PostgresCopy::open_shop(&url, options).unwrap(), NEW));
    again.join().unwrap();
}
