//! What the program says of the commit from which it was made: its build script, run on folders of the test's own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use tempfile::TempDir;

use crate::support::orders;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The build script, compiled once. Its folder is kept as long as the process.
fn script() -> &'static Path {
    static SCRIPT: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, script) = SCRIPT.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let script = folder.path().join("build");
        let mut rustc = Command::new(PathBuf::from(env!("CARGO")).with_file_name("rustc"));
        rustc.args(["--edition=2024", "--cap-lints=allow", "-o"]).arg(&script);
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/build.rs");
        assert!(rustc.arg(source).status().unwrap().success());
        (folder, script)
    });
    script
}

/// What the script says for a workspace in this folder, in this profile.
fn run(root: &Path, profile: &str, told: Option<&str>) -> Output {
    let mut command = Command::new(script());
    command.env("CARGO_MANIFEST_DIR", root.join("crates/orders-server")).env("PROFILE", profile);
    command
        .env("CARGO_PKG_VERSION", "1.2.3")
        .env_remove("ORDERS_COMMIT")
        .envs(told.map(|told| ("ORDERS_COMMIT", told)));
    command.output().unwrap()
}

fn version(root: &Path, profile: &str, told: Option<&str>) -> String {
    let Output { status, stdout, stderr } = run(root, profile, told);
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    let said = String::from_utf8(stdout).unwrap();
    said.lines().find_map(|line| line.strip_prefix("cargo:rustc-env=ORDERS_VERSION=")).unwrap().to_owned()
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_COMMITTER_DATE", "2026-11-28T12:00:00Z");
    git.args(["-C", root.to_str().unwrap(), "-c", "user.name=A", "-c", "user.email=a@b.example"]);
    let output = git.args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A workspace that is a repository with one commit; the start of its hash.
fn repository() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    fs::create_dir_all(folder.path().join("crates/orders-server")).unwrap();
    fs::write(folder.path().join("crates/orders-server/lib.rs"), "").unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message=One"]);
    let hash = git(folder.path(), &["rev-parse", "HEAD"])[..7].to_owned();
    (folder, hash)
}

#[test]
fn the_program_says_its_version() {
    let Output { stdout, .. } = orders().arg("--version").output().unwrap();
    let said = String::from_utf8(stdout).unwrap();
    let rest = said.strip_prefix(&format!("orders {VERSION}")).unwrap().trim_end();
    // A build without optimisations knows no commit, unless it was told one.
    assert!(rest.is_empty() || rest.starts_with(" (") && rest.ends_with(')'), "{said}");
}

#[test]
fn an_optimised_build_says_its_commit_and_day() {
    let (folder, hash) = repository();
    assert_eq!(version(folder.path(), "release", None), format!("1.2.3 ({hash} 2026-11-28)"));
    fs::write(folder.path().join("notes.txt"), "no part of the program").unwrap();
    assert_eq!(version(folder.path(), "release", None), format!("1.2.3 ({hash} 2026-11-28)"));
    fs::write(folder.path().join("crates/orders-server/lib.rs"), "// Otherwise.").unwrap();
    assert_eq!(version(folder.path(), "release", None), format!("1.2.3 ({hash} 2026-11-28 modified)"));
}

#[test]
fn it_is_built_anew_when_the_commit_or_the_sources_are_others() {
    let (folder, _) = repository();
    let said = String::from_utf8(run(folder.path(), "release", None).stdout).unwrap();
    let root = folder.path().canonicalize().unwrap();
    for path in ["crates", "Cargo.lock", ".git/HEAD", ".git/logs/HEAD"] {
        let line = format!("cargo:rerun-if-changed={}", root.join(path).display());
        assert!(said.lines().any(|said| said == line), "{path} is missing: {said}");
    }
    let quick = String::from_utf8(run(folder.path(), "debug", None).stdout).unwrap();
    assert!(!quick.contains(".git") && !quick.contains("crates"), "{quick}");
}

#[test]
fn where_no_commit_is_known_none_is_said() {
    let (repository, _) = repository();
    assert_eq!(version(repository.path(), "debug", None), "1.2.3");
    let unpacked = TempDir::new().unwrap();
    assert_eq!(version(unpacked.path(), "release", None), "1.2.3");
    // What lies in somebody's repository is none of its commits.
    let within = repository.path().join("vendor/orders");
    fs::create_dir_all(within.join("crates/orders-server")).unwrap();
    assert_eq!(version(&within, "release", None), "1.2.3");
}

#[test]
fn who_builds_without_a_checkout_can_say_the_commit() {
    let unpacked = TempDir::new().unwrap();
    for profile in ["debug", "release"] {
        assert_eq!(
            version(unpacked.path(), profile, Some(" 97b5b30 2026-11-28\n")),
            "1.2.3 (97b5b30 2026-11-28)"
        );
    }
    assert_eq!(version(unpacked.path(), "release", Some("")), "1.2.3");
    for bad in ["two\nlines", "a)", &"a".repeat(65)] {
        let Output { status, stderr, .. } = run(unpacked.path(), "release", Some(bad));
        let said = String::from_utf8(stderr).unwrap();
        assert!(!status.success() && said.contains("ORDERS_COMMIT cannot be"), "{said}");
    }
}
