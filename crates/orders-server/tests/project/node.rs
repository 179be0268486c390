//! Node.js with the packages of `examples/package-lock.json`, which are not part of the program.

use std::{path::PathBuf, process::Command};

use crate::root;

/// The folder with the packages: `node_modules` beside the examples, as `npm ci` makes it. `None`, with a line that says so,
/// where it is not. Under CI=true that is a failure.
#[expect(clippy::print_stderr, clippy::disallowed_methods, reason = "a test that cannot run says so")]
pub fn modules() -> Option<PathBuf> {
    let modules = root().join("examples/node_modules");
    let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if has_node && modules.join("openapi-typescript/bin/cli.js").is_file() {
        return Some(modules);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "examples/node_modules or node is missing");
    eprintln!("skipped: examples/node_modules or node is missing (npm ci --prefix examples)");
    None
}
