//! Orders of another system, on each database.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use orders_adapters::sql::{Bulk, Digests, ImportError, Lines, Newest, Run, StoredOrder, sqlite::SqliteCopy};
use orders_domain::{
    Currency, ExternalId, Imported, OrderProduct, OrderStatus, Product, ShippingProvider, Tracking,
    TrackingNumber,
    catalogue::{
        import::{ProductImport, ProductLine, Said},
        product::{ProductDetails, ProductName, StockPolicy},
    },
    faults::Faults,
    order::{
        contact::{Contact, Email},
        import::{ImportedOrder, OrderTally},
    },
    ports::Cause,
    stock::{
        import::{CountLine, Named},
        location::{LocationDetails, LocationName, NewLocation, ParcelLimits},
        movement::Reason,
    },
};

#[path = "common/postgres.rs"]
#[cfg(feature = "postgres")]
mod postgres_server;

fn n<T: TryFrom<i64, Error = orders_domain::InvalidInput>>(number: i64) -> T {
    number.try_into().unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

/// A file.
struct Given<T> {
    lines: Vec<T>,
    next: usize,
}

impl<T> Given<T> {
    fn new(lines: Vec<T>) -> Self {
        Self { lines, next: 0 }
    }
}

impl<T: Clone> Lines<T> for Given<T> {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.next = 0;
        Ok(())
    }

    fn next_lines(&mut self, _: &mut Faults) -> Result<Option<Vec<T>>, Cause> {
        let some: Vec<_> = self.lines.iter().skip(self.next).take(3).cloned().collect();
        self.next += some.len();
        Ok((!some.is_empty()).then_some(some))
    }
}

/// Product 12, of which there are 10 pieces.
fn stock(shop: &mut dyn Bulk) {
    let name = ProductName::parse("Mug").unwrap();
    let uncounted = Product::uncounted(n(12), name, n(1), Currency::USD);
    let details = ProductDetails { policy: StockPolicy::Deny, ..uncounted.details };
    let product = ProductLine { line: 1, id: Some(n(12)), details, said: Said::default() };
    let run = Run { at: now(), dry: false };
    shop.import_products(ProductImport::new(false), &mut Given::new(vec![product]), run).unwrap();
    let details = LocationDetails {
        name: LocationName::parse("Main").unwrap(),
        country: "DE".parse().unwrap(),
        point: None,
        priority: n(0),
        parcel: ParcelLimits::default(),
        active: true,
    };
    shop.add_locations(vec![NewLocation { code: "MAIN".parse().unwrap(), details }], now()).unwrap();
    let count = CountLine {
        line: 1,
        product: Named::Id(n(12), None),
        location: "MAIN".parse().unwrap(),
        on_hand: n(10),
        backorder_limit: None,
        reason: Reason::parse("a count").unwrap(),
    };
    shop.import_stock(&mut Given::new(vec![count]), run).unwrap();
}

/// A line that is mostly good: of 40 names, and of the products 1 to 10, which nobody counts, 11, which is none, and
/// 12, which there is not enough of.
fn line(line: u64, rng: &mut fastrand::Rng) -> ImportedOrder {
    let name = rng.i64(0..40);
    // What is said of a name is mostly the same.
    let mut of_name = fastrand::Rng::with_seed(name.unsigned_abs());
    let rarely = |rng: &mut fastrand::Rng| rng.u8(0..40) == 0;
    let status = of_name.choice(OrderStatus::ALL).unwrap();
    let status = if rarely(rng) { rng.choice(OrderStatus::ALL).unwrap() } else { status };
    let has_left = matches!(status, OrderStatus::Shipped | OrderStatus::Delivered);
    let tracking = Tracking::new(
        ShippingProvider::parse("USPS").unwrap(),
        TrackingNumber::parse(&name.to_string()).unwrap(),
    );
    let product = if rarely(rng) { 11 } else { 1 + name % 10 };
    let product = if name % 4 == 0 { 12 } else { product };
    let lines: Vec<_> = (0..=name % 3)
        .map(|nth| {
            let product = if nth == 0 { product } else { 1 + (name + nth) % 10 };
            OrderProduct::new(n(product), n(name * 10 + i64::from(rarely(rng))), n(1 + nth + name % 5))
        })
        .collect();
    ImportedOrder {
        line,
        from: Imported {
            external_id: ExternalId::parse(&format!("A-{name}")).unwrap(),
            placed_at: now() - TimeDelta::days(name - i64::from(rarely(rng))),
        },
        user: n(1 + name % 4),
        status,
        currency: if rarely(rng) { "JPY" } else { "USD" }.parse().unwrap(),
        marketplace: if rarely(rng) { "lost" } else { "default" }.parse().unwrap(),
        lines,
        tracking: (name % 2 == 0 && (has_left || rarely(rng))).then_some(tracking),
        contact: Contact {
            email: Email::parse("ada@example.org").ok().filter(|_| name % 5 == 0),
            ship_to: None,
        },
    }
}

/// What an import says, with its bad lines.
fn said(shop: &mut dyn Bulk, orders: &[ImportedOrder], dry: bool) -> Result<OrderTally, Faults> {
    let mut given = Given::new(orders.to_vec());
    match shop.import_orders(&mut given, Run { at: now(), dry }) {
        Ok(tally) => Ok(tally),
        Err(ImportError::Faults(faults)) => Err(faults),
        Err(error) => panic!("{error:?}"),
    }
}

fn all(shop: &mut dyn Bulk) -> Vec<StoredOrder> {
    let mut all: Vec<StoredOrder> = Vec::new();
    loop {
        let page = shop.stored_after(all.last().map(|stored| stored.order.id())).unwrap();
        if page.is_empty() {
            return all;
        }
        all.extend(page);
    }
}

/// How many orders are stored and which numbers are next; with each `often`th case also everything that is stored of
/// orders.
fn state(shop: &mut dyn Bulk, case: usize, often: usize) -> (i64, Newest, Option<String>) {
    let whole = case.is_multiple_of(often).then(|| {
        let mut digests = Digests::default();
        for stored in all(shop) {
            digests.add(&stored.digest());
        }
        digests.finish()
    });
    (shop.count().unwrap(), shop.newest().unwrap(), whole)
}

/// Whether a dry run says what the import does, and changes nothing, in a thousand cases.
fn rehearse(shop: &mut dyn Bulk, often: usize, mut read: impl FnMut() -> Box<dyn Bulk>) {
    stock(shop);
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut refused, mut lacked, mut added, mut unchanged) = (0, 0, 0, 0);
    for case in 0..1_000 {
        let orders: Vec<_> = (1..=rng.u64(0..8)).map(|number| line(number, &mut rng)).collect();
        let before = state(shop, case, often);
        let is_whole = case.is_multiple_of(often);
        let rehearsed =
            if is_whole { said(read().as_mut(), &orders, true) } else { said(shop, &orders, true) };
        assert_eq!(state(shop, case, often), before, "case {case}");
        let done = said(shop, &orders, false);
        assert_eq!(rehearsed, done, "case {case}");
        match done {
            Err(faults) => {
                assert!(faults.lines() > 0);
                lacked += usize::from(faults.first().any(|(_, reason)| reason.contains("can be reserved")));
                assert_eq!(state(shop, case, often), before, "case {case}");
                refused += 1;
            }
            Ok(tally) => {
                assert_eq!(tally.added + tally.unchanged, orders.len() as u64);
                added += tally.added;
                unchanged += tally.unchanged;
            }
        }
    }
    assert!(refused > 100 && unchanged > 100, "{refused} cases were refused, {unchanged} lines unchanged");
    let stored = all(shop);
    assert_eq!(stored.len() as u64, added);
    // What is reserved is what those hold that are still to be sent.
    let open = stored
        .iter()
        .map(|stored| &stored.order)
        .filter(|order| order.allowed().contains(&OrderStatus::Shipped));
    let counted = open.flat_map(|order| order.lines().filter(|(_, line)| line.product() == n(12)));
    let held: i64 = counted.map(|(_, line)| i64::from(line.quantity().get())).sum();
    assert!(held > 5 && lacked > 20, "{held} pieces are held, {lacked} cases were short");
    let greedy = ImportedOrder {
        status: OrderStatus::Pending,
        lines: vec![OrderProduct::new(n(12), n(1), n(31))],
        tracking: None,
        currency: Currency::USD,
        marketplace: "default".parse().unwrap(),
        from: Imported { external_id: ExternalId::parse("greedy").unwrap(), placed_at: now() },
        ..line(1, &mut rng)
    };
    let faults = said(shop, &[greedy], false).unwrap_err();
    let expected = format!("product 12 is wanted 31 times, and {} can be reserved", 10 - held);
    assert_eq!(faults.first().collect::<Vec<_>>(), [(1, expected.as_str())]);
    let names: HashSet<_> =
        stored.iter().map(|stored| stored.order.imported().unwrap().external_id.clone()).collect();
    assert_eq!(names.len(), stored.len());
    for StoredOrder { order, events } in stored {
        let events: Vec<_> = events.into_iter().map(|stored| stored.event).collect();
        assert_eq!(events.len() as u64, order.version().get().unsigned_abs());
        assert_eq!(order.clone().as_of(&events), Ok(Some(order)));
    }
}

#[test]
fn a_dry_run_on_a_file_says_what_the_import_does_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("orders.sqlite");
    let mut shop = SqliteCopy::open(&file).unwrap();
    rehearse(&mut shop, 1, || Box::new(SqliteCopy::read(&file).unwrap()));
}

#[cfg(feature = "postgres")]
#[test]
fn a_dry_run_on_postgres_says_what_the_import_does_and_changes_nothing() {
    use orders_adapters::sql::postgres::{PostgresCopy, PostgresOptions};

    let Some(database) = postgres_server::database() else { return };
    let (url, options) = (database.url().parse().unwrap(), PostgresOptions::default());
    let mut shop = PostgresCopy::open_shop(&url, options).unwrap();
    // To connect takes longer than all the rest.
    rehearse(&mut shop, 20, || Box::new(PostgresCopy::read(&url, options).unwrap()));
}

/// Orders, and what happens elsewhere before they are read for the second time.
#[cfg(feature = "postgres")]
struct Disturbed<'a> {
    given: Given<ImportedOrder>,
    begun: usize,
    meanwhile: &'a dyn Fn(),
}

#[cfg(feature = "postgres")]
impl Lines<ImportedOrder> for Disturbed<'_> {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.begun += 1;
        if self.begun == 2 {
            (self.meanwhile)();
        }
        self.given.rewind()
    }

    fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<ImportedOrder>>, Cause> {
        self.given.next_lines(faults)
    }
}

#[cfg(feature = "postgres")]
#[test]
fn an_open_order_is_in_the_currency_that_its_marketplace_has_at_the_commit() {
    use orders_adapters::sql::{
        BulkImports as _,
        postgres::{PostgresCopy, PostgresOptions},
    };

    let Some(database) = postgres_server::database() else { return };
    let mut shop =
        PostgresCopy::open_shop(&database.url().parse().unwrap(), PostgresOptions::default()).unwrap();
    let order = ImportedOrder {
        from: Imported { external_id: ExternalId::parse("A-1").unwrap(), placed_at: now() },
        status: OrderStatus::Pending,
        currency: Currency::USD,
        marketplace: "default".parse().unwrap(),
        lines: vec![OrderProduct::new(n(9), n(1), n(1))],
        tracking: None,
        ..line(1, &mut fastrand::Rng::with_seed(3))
    };
    let change = || database.execute("UPDATE marketplaces SET currency = 'EUR' WHERE code = 'default'");
    let mut orders = Disturbed { given: Given::new(vec![order]), begun: 0, meanwhile: &change };
    let done = shop.import_orders(&mut orders, Run { at: now(), dry: false });
    let Err(ImportError::Faults(faults)) = done else { panic!("{done:?}") };
    assert_eq!(faults.first().map(|(line, _)| line).collect::<Vec<_>>(), [1]);
    assert_eq!((orders.begun, all(&mut shop).len()), (3, 0));
}

#[cfg(feature = "postgres")]
#[test]
fn of_two_that_import_the_same_at_once_one_adds_it_and_both_say_so() {
    use orders_adapters::sql::postgres::{PostgresCopy, PostgresOptions};

    let Some(database) = postgres_server::database() else { return };
    let (url, options) = (database.url().parse().unwrap(), PostgresOptions::default());
    let open = || PostgresCopy::open_shop(&url, options).unwrap();
    let mut rng = fastrand::Rng::with_seed(3);
    let orders: Vec<_> = (1..=300)
        .map(|number| ImportedOrder {
            from: Imported { external_id: ExternalId::parse(&number.to_string()).unwrap(), placed_at: now() },
            lines: vec![OrderProduct::new(n(9), n(1), n(1))],
            status: OrderStatus::Delivered,
            currency: "EUR".parse().unwrap(),
            marketplace: "default".parse().unwrap(),
            ..line(number, &mut rng)
        })
        .map(|order| ImportedOrder { tracking: None, ..order })
        .collect();
    let mut shops = [open(), open(), open()];
    let tallies: Vec<_> = std::thread::scope(|scope| {
        let importing: Vec<_> =
            shops.iter_mut().map(|shop| scope.spawn(|| said(shop, &orders, false).unwrap())).collect();
        importing.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(tallies.iter().map(|tally| tally.added).sum::<u64>(), 300, "{tallies:?}");
    assert!(tallies.iter().all(|tally| tally.added + tally.unchanged == 300), "{tallies:?}");
    assert_eq!(all(&mut shops[0]).len(), 300);
}
