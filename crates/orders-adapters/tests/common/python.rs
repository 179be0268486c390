//! A Python with packages that tests need, which are not part of the program.

use std::process::{Command, Stdio};

/// The Python that has this module: that of the virtual environment `ORDERS_TEST_VENV`, or else the machine's.
/// `None`, with a line that says so, where there is none. Under CI=true that is a failure.
#[expect(clippy::print_stderr, clippy::disallowed_methods, reason = "a test that cannot run says so")]
pub fn with_module(module: &str, package: &str) -> Option<Command> {
    let folder = std::env::var("ORDERS_TEST_VENV").ok();
    let programs =
        folder.map(|folder| format!("{folder}/bin/python3")).into_iter().chain(["python3".to_owned()]);
    for program in programs {
        let mut probe = Command::new(&program);
        probe.args(["-c", &format!("import {module}")]).stdout(Stdio::null()).stderr(Stdio::null());
        if probe.status().is_ok_and(|status| status.success()) {
            return Some(Command::new(program));
        }
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{package} is not installed for python3");
    eprintln!(
        "skipped: python3 has no {module} here (pip install '{package}', and ORDERS_TEST_VENV=its environment)"
    );
    None
}
