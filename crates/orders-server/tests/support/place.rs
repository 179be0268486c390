//! Where a test's server keeps its orders.

use std::path::PathBuf;

use diesel::{Connection, RunQueryDsl, SqliteConnection, dsl::sql, sql_types::Text};
use tempfile::TempDir;

use super::{
    asking::ask_from_anywhere,
    postgres::{self, Database},
    url_of,
};

/// Set where the tests of a binary that know no database run once more, on PostgreSQL.
pub const ON_POSTGRES: &str = "ORDERS_TESTS_ON_POSTGRES";

/// A fresh database. Dropping it drops it.
#[derive(Debug)]
pub enum Place {
    /// A file in a folder of its own.
    File(TempDir),
    /// A database in the PostgreSQL that this process's tests share.
    Postgres(Database),
}

impl Place {
    /// The one that this run of the tests is about.
    pub fn fresh() -> Self {
        if is_on_postgres() {
            Self::postgres().expect("whoever asks for it has it")
        } else {
            Self::file_in_a_folder()
        }
    }

    /// A file in a folder of its own.
    pub fn file_in_a_folder() -> Self {
        Self::File(TempDir::new().unwrap())
    }

    /// A database in PostgreSQL; `None`, with a line that says so, where there is none.
    pub fn postgres() -> Option<Self> {
        postgres::database().map(Self::Postgres)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match self {
            Self::File(_) => url_of(&self.file().expect("it is one")),
            Self::Postgres(database) => database.url(),
        }
    }

    /// The single value of a query that both databases understand, as text; nothing where there is none.
    pub fn ask(&self, query: &str) -> String {
        let text = format!("coalesce(CAST(({query}) AS TEXT), '')");
        match self {
            Self::File(_) => {
                let file = self.file().expect("it is one");
                let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
                diesel::select(sql::<Text>(&text)).get_result(&mut conn).unwrap()
            }
            Self::Postgres(database) => ask_from_anywhere(&database.url(), &format!("SELECT {text}")),
        }
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Self::File(folder) => Some(folder.path().join("orders.sqlite")),
            Self::Postgres(_) => None,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that runs the others again tells them so")]
pub fn is_on_postgres() -> bool {
    std::env::var(ON_POSTGRES).is_ok()
}
