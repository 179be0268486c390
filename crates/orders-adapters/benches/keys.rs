//! What idempotency keys cost a server on SQLite: its start, its memory, and the slowest write while
//! their map grows. `cargo bench --package orders-adapters --bench keys -- 7300000`

#![expect(clippy::unwrap_used, reason = "a bench that cannot set itself up fails")]
#![expect(clippy::print_stdout, reason = "a bench says what it has measured")]

use std::{
    env,
    fs::{self, File},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use futures_util::{StreamExt, stream};
use orders_adapters::{SqliteDatabase, StaticInventory, SystemClock, sql::sqlite::migrate};
use orders_domain::{
    Actor, Fingerprint, Idempotency, NewOrder, Product, Quantity,
    ports::{Change, Clock, Commit, Ledger},
};
use tokio::runtime::Runtime;

/// Keys before the start, if no argument says: the map grows soon after it.
const KEYS: u64 = 900_000;

/// Orders placed with a key each, and as many without.
const PLACED: u64 = 50_000;

/// Orders that are placed at once.
const AT_ONCE: usize = 64;

/// Given as an argument: fill the file that follows, and no more.
const FILL: &str = "--fill";

/// So many orders of the last 23 hours, with a key each.
fn fill(path: &Path, keys: u64) {
    migrate(path).unwrap();
    let now = SystemClock.now().timestamp_millis();
    let period = 23 * 3_600_000;
    let rows = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;
         WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < {keys})
         INSERT INTO events
         SELECT id, 'order', id, 1, 'placed', {now} - {period} + id * {period} / {keys}, 'user', 1 + id % 1000, NULL,
                '{{}}', 'key-' || id, zeroblob(32)
         FROM ids"
    );
    SqliteConnection::establish(path.to_str().unwrap()).unwrap().batch_execute(&rows).unwrap();
    // Or the first write that is measured waits until all this is on disk.
    File::open(path).unwrap().sync_all().unwrap();
}

/// [`fill`] in a process of its own: memory that this one had for it would be used again for the keys
/// and not be counted.
fn fill_elsewhere(path: &Path, keys: u64) {
    let mut filling = Command::new(env::current_exe().unwrap());
    filling.arg(FILL).arg(path).arg(keys.to_string());
    assert!(filling.status().unwrap().success());
}

/// A line of `/proc/self/status` in bytes.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

async fn place(orders: &SqliteDatabase, picked: &[(Product, Quantity)], key: Option<u64>) -> Duration {
    let now = SystemClock.now();
    let order = NewOrder::new(1.try_into().unwrap(), picked, now).unwrap();
    let made_by = key.map(|key| Idempotency {
        key: format!("new-{key}").parse().unwrap(),
        fingerprint: Fingerprint([0; 32]),
    });
    let started = Instant::now();
    let origin = Actor::User(order.user()).into();
    orders
        .commit(Commit { change: Change::Place(order), origin, made_by, handled: None, now })
        .await
        .unwrap();
    started.elapsed()
}

fn main() {
    let keys = env::args().find_map(|argument| argument.parse().ok()).unwrap_or(KEYS);
    let mut arguments = env::args_os().skip_while(|argument| argument != FILL).skip(1);
    if let Some(path) = arguments.next() {
        return fill(Path::new(&path), keys);
    }
    let runtime = Runtime::new().unwrap();
    let products = StaticInventory::default();
    let picked: Vec<_> =
        products.all().iter().take(2).map(|product| (product.clone(), 7.try_into().unwrap())).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("orders.sqlite");
    fill_elsewhere(&path, keys);

    // The peak is to be one of what follows.
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, started) = (memory("VmRSS"), Instant::now());
    let orders = SqliteDatabase::open(&path).unwrap();
    println!("{keys} keys: open after {:.2?}", started.elapsed());
    let first = runtime.block_on(place(&orders, &picked, Some(0)));
    println!("first write {first:.2?}, {} bytes a key", (memory("VmRSS") - before) / keys);

    for (name, keyed) in [("without keys", false), ("with keys", true), ("without keys", false)] {
        let placing = (1..=PLACED).map(|number| place(&orders, &picked, keyed.then_some(number)));
        let mut took: Vec<_> =
            runtime.block_on(stream::iter(placing).buffer_unordered(AT_ONCE).collect::<Vec<_>>());
        took.sort_unstable();
        let at = |part: usize| took[took.len() * part / 10_000 - 1];
        println!(
            "{PLACED} orders {name}: median {:.2?}, p99 {:.2?}, slowest {:.2?}",
            at(5000),
            at(9900),
            at(10_000)
        );
    }
    println!(
        "{} bytes a key after it, {} at the peak",
        (memory("VmRSS") - before) / (keys + PLACED),
        (memory("VmHWM") - before) / (keys + PLACED)
    );
}
