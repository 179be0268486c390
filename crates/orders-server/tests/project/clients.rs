//! Clients that well-known generators make from the document, used against a server.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

use crate::{
    node, python, root,
    support::{Server, orders},
};

/// What both clients print: three orders of which the first is read, the pages of two, a cancellation, a change that is refused
/// and an order that is refused.
const PRINTED: &str = "read 1 pending 13993 Bamboo cutting board
page 1 2
page 3
cancelled cancelled
refused 409 urn:problem:orders:not-allowed []
invalid /products/0/id product 999 does not exist
";

/// What the command prints; what fails says why.
fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let [said, told] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{command:?}: {said}{told}");
    said.into_owned()
}

/// The document, as a file in this folder.
fn document(folder: &Path) -> PathBuf {
    let path = folder.join("openapi.json");
    fs::write(&path, run(orders().arg("openapi"))).unwrap();
    path
}

/// A folder with the examples in TypeScript, type-checked and compiled below `build`; once for all tests. `None`, with a line that
/// says so, where there is no Node.js.
pub fn typescript() -> Option<&'static TempDir> {
    static BUILT: OnceLock<Option<TempDir>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let modules = node::modules()?;
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        for name in ["client.ts", "receiver.ts", "tsconfig.json", "package.json"] {
            fs::copy(root().join("examples").join(name), path.join(name)).unwrap();
        }
        symlink(modules.canonicalize().unwrap(), path.join("node_modules")).unwrap();
        let node = |script: &str| {
            let mut node = Command::new("node");
            node.current_dir(path).arg(modules.join(script));
            node
        };
        let document = document(path);
        run(node("openapi-typescript/bin/cli.js").arg(document).args(["--output", "build/schema.d.ts"]));
        run(&mut node("typescript/bin/tsc"));
        Some(folder)
    });
    built.as_ref()
}

#[test]
fn a_client_in_typescript_places_reads_lists_and_cancels() {
    let Some(build) = typescript() else { return };
    let server = Server::start();
    let printed = run(Command::new("node").arg(build.path().join("build/client.js")).arg(&server.url));
    assert_eq!(printed, PRINTED);
}

#[test]
fn a_client_in_python_places_reads_lists_and_cancels() {
    const PACKAGE: &str = "openapi-python-client";
    let python = || python::with_module("openapi_python_client", PACKAGE);
    let Some(mut generate) = python() else { return };
    let folder = TempDir::new().unwrap();
    let client = folder.path().join("python");
    let settings = folder.path().join("settings.yaml");
    // What it makes is not formatted: nobody reads it.
    fs::write(&settings, "post_hooks: []\n").unwrap();
    generate.args(["-m", "openapi_python_client", "generate", "--fail-on-warning", "--path"]);
    generate.arg(document(folder.path())).arg("--config").arg(settings).arg("--output-path").arg(&client);
    run(&mut generate);

    let example = root().join("examples/client.py");
    let mut check = python().unwrap();
    check.args(["-m", "mypy", "--strict", "--cache-dir"]).arg(folder.path().join("cache"));
    run(check.env("MYPYPATH", &client).arg(&example));

    let server = Server::start();
    let mut use_it = python().unwrap();
    use_it.env("PYTHONPATH", &client).env("PYTHONDONTWRITEBYTECODE", "1").arg(example).arg(&server.url);
    assert_eq!(run(&mut use_it), PRINTED);
}
