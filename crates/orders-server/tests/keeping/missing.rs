//! Commands that only read, told to read a file that is not there.

use std::process::Command;

use tempfile::TempDir;

use crate::{
    kept::names,
    support::{Place, assert_refused, orders, url_of},
};

/// Each with its arguments; those after `--database-url` are its files.
const READING: [&[&str]; 10] = [
    &["digest"],
    &["digest", "--json"],
    &["backup", "copy.sqlite"],
    &["backup", "copy.sqlite", "--every", "1h", "--keep", "1"],
    &["migrate", "status"],
    &["products", "export", "products.csv"],
    &["products", "import", "lines.csv", "--dry-run"],
    &["stock", "export", "counts.csv"],
    &["stock", "import", "lines.csv", "--dry-run"],
    &["import", "lines.csv", "--dry-run"],
];

/// These write, but what is not there they do not make either.
const CHANGING: [&[&str]; 3] =
    [&["migrate", "down"], &["forget", "--user", "7"], &["sessions", "revoke", "--user", "7"]];

#[test]
fn a_file_that_is_not_there_is_named_and_nothing_is_made() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("lines.csv"), "name,price\n").unwrap();
    let before = names(folder.path());
    for missing in ["missing.sqlite", "nowhere/missing.sqlite"] {
        let url = url_of(&folder.path().join(missing));
        for arguments in READING.iter().chain(&CHANGING) {
            let mut command: Command = orders();
            command.args(*arguments).args(["--database-url", &url]).current_dir(folder.path());
            assert_refused(command, &["cannot open the database", missing, "No such file or directory"]);
            assert_eq!(names(folder.path()), before, "{arguments:?}");
        }
    }
    let restore = |arguments: &[&str]| {
        let mut command = orders();
        command.arg("restore").args(arguments).current_dir(folder.path());
        command
    };
    for arguments in [&["missing.sqlite", "--to", "new.sqlite"][..], &["missing.sqlite", "--check"]] {
        assert_refused(restore(arguments), &["cannot read missing.sqlite", "No such file or directory"]);
        assert_eq!(names(folder.path()), before, "{arguments:?}");
    }
    // It knows no database.
    let mut openapi = orders();
    openapi.arg("openapi").env("DATABASE_URL", url_of(&folder.path().join("missing.sqlite")));
    assert!(openapi.output().unwrap().status.success());
    assert_eq!(names(folder.path()), before);
}

#[cfg(feature = "postgres")]
#[test]
fn a_postgres_that_no_server_has_seen_stays_empty() {
    let Some(place) = Place::postgres() else { return };
    let folder = TempDir::new().unwrap();
    for arguments in [&["doctor"][..], &["digest"], &["products", "export", "products.csv"]] {
        let mut command = orders();
        command.args(arguments).args(["--database-url", &place.url()]).current_dir(folder.path());
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("has not this program's schema yet"), "{said}");
    }
    let mut status = orders();
    status.args(["migrate", "status", "--database-url", &place.url()]);
    let said = String::from_utf8(status.output().unwrap().stdout).unwrap();
    assert!(said.lines().count() > 0 && said.lines().all(|line| line.starts_with("missing ")), "{said}");
    assert_eq!(place.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
}

#[cfg(feature = "postgres")]
#[test]
fn a_file_to_transfer_that_is_not_there_is_named_and_not_made() {
    let folder = TempDir::new().unwrap();
    let mut transfer = orders();
    let url = url_of(&folder.path().join("missing.sqlite"));
    transfer.args(["transfer", "--from", &url, "--to", "postgres://shop@127.0.0.1:1/orders"]);
    assert_refused(transfer, &["there is no file", "missing.sqlite"]);
    assert_eq!(names(folder.path()).len(), 0);
}
