//! After a clean stop the database's file alone holds everything.

use std::{fs, path::Path, time::Duration};

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::BigInt};
use reqwest::Method;

use crate::support::Server;

/// How often it is tried: what goes wrong at the end of a process may go well now and then.
const STOPS: usize = 12;

/// Orders placed before each stop.
const ORDERS: i64 = 10;

/// How many orders are in a copy of this file without those beside it.
fn orders_in_the_file_alone(database: &Path) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    fs::copy(database, &copy).unwrap();
    let mut conn = SqliteConnection::establish(copy.to_str().unwrap()).unwrap();
    diesel::select(sql::<BigInt>("(SELECT count(*) FROM orders)")).get_result(&mut conn).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_stop_the_file_alone_is_whole_whatever_was_read_and_whenever() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("orders.sqlite");
    for stops in 1..=STOPS {
        let mut server = Server::start_on(&database, &[("WORKERS", "4")]);
        for _ in 0..ORDERS {
            server.place(1, &[(1, 1)]).await;
            server.anyone(Method::GET, "/orders").send().await.unwrap();
        }
        // Readers that go on until they are hung up on.
        let readers: Vec<_> = ["/orders?limit=1000", "/orders/1", "/health/ready"]
            .map(|path| {
                let (client, url) = (server.client.clone(), format!("{}{path}", server.url));
                tokio::spawn(async move {
                    while let Ok(answer) = client.get(&url).header("user_id", "1").send().await {
                        let _ = answer.bytes().await;
                    }
                })
            })
            .into();
        let rest = server.anyone(Method::GET, "/orders?limit=1000").send().await.unwrap();
        server.signal("TERM");
        drop(rest.bytes().await);
        assert!(server.ends_within(Duration::from_secs(20)).success());
        for reader in readers {
            reader.await.unwrap();
        }
        assert_eq!(orders_in_the_file_alone(&database), ORDERS * i64::try_from(stops).unwrap());
        assert!(!folder.path().join("orders.sqlite-wal").exists());
    }
}
