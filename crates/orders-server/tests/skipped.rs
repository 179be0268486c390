//! The last binary of a run of all tests: it says which of them passed without having been run, for
//! tests that pass keep what they print to themselves.

#![expect(clippy::print_stdout, reason = "it is there to say something")]

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

/// What tests need besides cargo and a C compiler: its name, a command that succeeds where it is there,
/// and what is skipped where it is not.
const NEEDS: [(&str, &[&str], &str); 6] = [
    ("chromedriver", &["chromedriver", "--version"], "the console in a browser"),
    ("redis-server", &["redis-server", "--version"], "sessions in Redis"),
    ("strace", &["strace", "-o", "/dev/null", "true"], "the flush before the answer"),
    (
        "the right to mount",
        &["unshare", "-rm", "true"],
        "a full disk, files and folders that cannot be written",
    ),
    ("prlimit", &["prlimit", "--version"], "files that cannot grow, a full write queue"),
    ("openssl", &["openssl", "version"], "TLS to PostgreSQL"),
];

fn succeeds(command: &[&str]) -> bool {
    let [program, arguments @ ..] = command else { return false };
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// As the tests look for it.
fn has_postgres() -> bool {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|output| String::from_utf8(output.stdout).ok());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let folders = told.map(|path| PathBuf::from(path.trim())).into_iter();
    folders.chain(versions.map(|version| version.path().join("bin"))).any(|path| path.join("initdb").exists())
}

/// Whether a Python has these modules: that of `ORDERS_TEST_VENV`, or else the machine's.
#[expect(clippy::disallowed_methods, reason = "where the packages are is for who runs the tests to say")]
fn has_python_with(modules: &str) -> bool {
    let own = env::var("ORDERS_TEST_VENV").map(|folder| format!("{folder}/bin/python3")).ok();
    let import = format!("import {modules}");
    own.iter().map(String::as_str).chain(["python3"]).any(|python| succeeds(&[python, "-c", &import]))
}

fn has_node_packages() -> bool {
    let modules = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/node_modules/openapi-typescript");
    succeeds(&["node", "--version"]) && PathBuf::from(modules).exists()
}

fn main() {
    // Some tests were asked for, not all.
    if env::args().len() > 1 {
        return;
    }
    let mut skipped: Vec<_> = NEEDS.into_iter().filter(|(_, command, _)| !succeeds(command)).collect();
    if !has_postgres() {
        skipped.push((
            "PostgreSQL",
            &[],
            "everything on PostgreSQL, unless TEST_POSTGRES_URL names a server",
        ));
    }
    if !has_python_with("openapi_python_client, standardwebhooks, mypy") {
        skipped.push(("examples/requirements.txt", &[], "a client and a receiver in Python"));
    }
    if !has_node_packages() {
        skipped.push(("examples/node_modules", &[], "a client and a receiver in TypeScript"));
    }
    if skipped.is_empty() {
        println!("\nskipped: nothing, for this machine has all that the tests need");
    }
    for (name, _, tests) in skipped {
        println!("\nskipped for want of {name}: {tests}");
    }
}
