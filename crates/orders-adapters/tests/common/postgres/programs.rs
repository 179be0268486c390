//! The machine's programs of PostgreSQL, and how they are run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use super::setting;

/// Where the server's programs are.
#[expect(clippy::print_stderr, reason = "a test that cannot run says so")]
pub fn binaries() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|output| String::from_utf8(output.stdout).ok());
    let told = told.map(|path| PathBuf::from(path.trim()));
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let found = told.into_iter().chain(debian.into_iter().rev()).find(|path| path.join("initdb").exists());
    if found.is_none() {
        static SAID: OnceLock<()> = OnceLock::new();
        assert_ne!(setting("CI").as_deref(), Some("true"), "PostgreSQL is not installed");
        SAID.get_or_init(|| eprintln!("skipped: there is no PostgreSQL here (apt-get install postgresql)"));
    }
    found
}

/// A folder that the server may write to.
pub fn folder(binaries: &Path) -> PathBuf {
    let folder = tempfile::Builder::new().prefix("orders-postgres-").tempdir().unwrap().keep();
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(&folder));
    }
    assert!(binaries.is_absolute());
    folder
}

/// The program, not run as root, which it refuses.
pub fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;

    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Runs it to its end, which must be a good one.
pub fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
