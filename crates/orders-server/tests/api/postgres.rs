//! All of these tests once more, on PostgreSQL.

use std::{
    env, fs,
    io::{Write, stdout},
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::NamedTempFile;

use crate::support::{ends_within, place::ON_POSTGRES, postgres};

/// More than they take on a machine that is busy.
const LIMIT: Duration = Duration::from_mins(6);

#[test]
fn every_test_of_this_binary_holds_on_postgres_too() {
    let Some(server) = postgres::shared() else { return };
    let said = NamedTempFile::new().unwrap();
    let mut tests = Command::new(env::current_exe().unwrap());
    tests.args(["--test-threads=2", "--skip", "every_test_of_this_binary_holds_on_postgres_too"]);
    tests.env(ON_POSTGRES, "1").env("TEST_POSTGRES_URL", server).stdin(Stdio::null());
    let file = said.reopen().unwrap();
    let mut tests = tests.stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
    let done = ends_within(&mut tests, LIMIT);
    let said = fs::read_to_string(said.path()).unwrap();
    assert!(done.success(), "{said}");
    let result = said.lines().find(|line| line.starts_with("test result: ")).unwrap();
    assert!(!result.contains(" 0 passed"), "nothing was run: {said}");
    // Not by println!, which the test runner keeps to itself.
    writeln!(stdout(), "the HTTP suite on PostgreSQL: {result}").unwrap();
}
