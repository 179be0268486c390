//! A shop on one database or the other, and the commands that are run on it.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Place, Server, orders};

pub struct Shop {
    pub place: Place,
    folder: TempDir,
}

/// A fresh shop on each kind of database that this machine has.
pub fn shops() -> Vec<Shop> {
    let places = [Some(Place::file_in_a_folder()), Place::postgres()];
    places.into_iter().flatten().map(|place| Shop { place, folder: TempDir::new().unwrap() }).collect()
}

impl Shop {
    /// The binary with these arguments, on the shop's database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = orders();
        command.args(arguments).env("DATABASE_URL", self.place.url()).current_dir(self.folder.path());
        command
    }

    /// What a command says on stdout, which must succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// The lines that a command says on stderr, which must fail with 1.
    pub fn refused(&self, arguments: &[&str]) -> Vec<String> {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(1), "{arguments:?}: {}{said}", String::from_utf8_lossy(&stdout));
        said.lines().map(str::to_owned).collect()
    }

    /// Runs a command with this on stdin.
    pub fn pipe(&self, arguments: &[&str], text: &str) -> String {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let Output { status, stdout, .. } = child.wait_with_output().unwrap();
        assert!(status.success(), "{arguments:?}");
        String::from_utf8(stdout).unwrap()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// [`Place::ask`].
    pub fn ask(&self, query: &str) -> String {
        self.place.ask(query)
    }

    /// Has no event of this subject stored.
    pub fn fail_at(&self, subject: i64) {
        match &self.place {
            Place::File(_) => {
                let mut conn =
                    SqliteConnection::establish(self.place.file().unwrap().to_str().unwrap()).unwrap();
                let fail = format!(
                    "CREATE TRIGGER fail BEFORE INSERT ON events WHEN NEW.subject = {subject}
                     BEGIN SELECT RAISE(ABORT, 'no more'); END"
                );
                conn.batch_execute(&fail).unwrap();
            }
            Place::Postgres(database) => database.execute(&format!(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more'; END $$;
                 CREATE TRIGGER fail BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.subject = {subject})
                 EXECUTE FUNCTION fail()"
            )),
        }
    }

    /// How many rows a table has.
    pub fn count(&self, rows: &str) -> i64 {
        self.ask(&format!("SELECT count(*) FROM {rows}")).parse().unwrap()
    }

    pub fn serve(&self, settings: &[(&str, &str)]) -> Server {
        Server::start_at(&self.place.url(), settings)
    }

    /// Adds places by these codes, over a server that is gone afterwards.
    pub async fn add_places(&self, codes: &[&str]) {
        let server = self.serve(&[]);
        for code in codes {
            let body = serde_json::json!({"code": code, "name": code, "country": "DE"});
            let made =
                server.user(100, reqwest::Method::POST, "/locations").json(&body).send().await.unwrap();
            assert_eq!(made.status(), 201);
        }
        stop(server);
    }
}

/// Ends a server as an operator does.
pub fn stop(mut server: Server) {
    server.signal("TERM");
    assert!(server.wait().success());
}

/// The events of a type, as a user who may see all reads them.
pub async fn events(server: &Server, types: &str) -> Vec<Value> {
    let path = format!("/events?type={types}&limit=1000");
    let page = server.user(100, reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(page.status(), 200);
    page.json().await.unwrap()
}
