//! What `orders --version` says: the version, and of which commit the program was made.
//!
//! Whoever builds without a checkout says so with `ORDERS_COMMIT`, such as `97b5b30 2026-11-28`. Otherwise git is asked, but
//! only for optimised builds: others would be built anew at each commit. Where nothing is known, nothing is said.

#![expect(clippy::disallowed_methods, reason = "cargo talks to its scripts by variables")]

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// What the program is made of, below the root.
const SOURCES: [&str; 5] = ["crates", "migrations", "Cargo.toml", "Cargo.lock", ".cargo"];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=ORDERS_COMMIT");
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let told = env::var("ORDERS_COMMIT").ok().map(|told| told.trim().to_owned());
    let commit = match told.filter(|told| !told.is_empty()) {
        Some(told) => {
            let is_allowed = |c: char| c.is_ascii_alphanumeric() || " -.+".contains(c);
            assert!(
                told.len() <= 64 && told.chars().all(is_allowed),
                "ORDERS_COMMIT cannot be {told:?}: it is not a commit such as \"97b5b30 2026-11-28\""
            );
            Some(told)
        }
        None => root().as_deref().and_then(asked),
    };
    match commit {
        Some(commit) => println!("cargo:rustc-env=ORDERS_VERSION={version} ({commit})"),
        None => println!("cargo:rustc-env=ORDERS_VERSION={version}"),
    }
}

/// The workspace's root, if this build is worth asking git for.
fn root() -> Option<PathBuf> {
    let is_optimised = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").filter(|_| is_optimised)?);
    package.parent()?.parent()?.canonicalize().ok()
}

/// The commit with its date, and whether the sources are what was committed.
fn asked(root: &Path) -> Option<String> {
    // A folder that was unpacked within somebody's repository is none of it.
    let top = git(root, &["rev-parse", "--show-toplevel"])?;
    if Path::new(&top).canonicalize().ok()? != root {
        return None;
    }
    // Each commit and each switch writes a line into the second one.
    for name in ["HEAD", "logs/HEAD"] {
        let path = root.join(git(root, &["rev-parse", "--git-path", name])?);
        if path.exists() {
            println!("cargo:rerun-if-changed={}", path.display());
        }
    }
    for source in SOURCES {
        println!("cargo:rerun-if-changed={}", root.join(source).display());
    }
    let commit = git(root, &["show", "--no-patch", "--format=%H %cs", "HEAD"])?;
    let (hash, date) = commit.split_once(' ')?;
    let commit = format!("{} {date}", hash.get(..7)?);
    let status = [&["status", "--porcelain", "--"], &SOURCES[..]].concat();
    Some(if git(root, &status)?.is_empty() { commit } else { format!("{commit} modified") })
}

/// What git says, if it can say anything.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
