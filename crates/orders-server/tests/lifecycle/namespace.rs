//! Mounts that only one process sees and that end with it.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::support::under;

pub struct Namespace {
    script: String,
    folder: PathBuf,
}

/// A namespace set up by these lines, which know the folder as `$DIR`; or why there is none here.
pub fn with(lines: &[&str], folder: &Path) -> Result<Namespace, String> {
    let namespace =
        Namespace { script: format!("{} && exec \"$@\"", lines.join(" && ")), folder: folder.into() };
    let mut probe = namespace.run(&Command::new("true"));
    match probe.stderr(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(namespace),
        refused => Err(format!("mounting is not allowed here ({refused:?})")),
    }
}

impl Namespace {
    /// The command, run in a namespace of its own.
    pub fn run(&self, inner: &Command) -> Command {
        let mut command = under(&["unshare", "-rm", "sh", "-c", &self.script, "sh"], inner);
        command.env("DIR", &self.folder);
        command
    }
}
