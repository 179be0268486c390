//! An SMTP server of one's own: `smtp_sink.py` on the package aiosmtpd.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Stdio},
};

use serde_json::Value;

use crate::python;

/// A running server. Dropping it kills it.
pub struct SmtpSink {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl SmtpSink {
    /// A fresh one on a free port, with these options of the script; `None` where it cannot run.
    pub fn start(options: &[&str]) -> Option<Self> {
        let mut command = python::with_module("aiosmtpd", "aiosmtpd")?;
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/common/smtp_sink.py")).args(options);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        let mut sink = Self { child, lines, port: 0 };
        sink.port = sink.line().parse().unwrap();
        Some(sink)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The next mail that it took.
    pub fn mail(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
