//! Questions to a database, past the server.

use tokio_postgres::{NoTls, SimpleQueryMessage};

/// The first value of what a PostgreSQL answers.
pub async fn ask(url: &str, query: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let answer = client.simple_query(query).await.unwrap();
    let value = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    drop(client);
    driver.await.unwrap().unwrap();
    value.unwrap_or_default()
}

/// The same, where no runtime may be used that is on this thread.
pub fn ask_from_anywhere(url: &str, query: &str) -> String {
    let asked = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(ask(url, query))
    };
    std::thread::scope(|scope| scope.spawn(asked).join().unwrap())
}
