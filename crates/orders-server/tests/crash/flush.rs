//! What the system is asked to do between a request and its answer.

use std::{
    collections::HashMap,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::support::{Server, command, under};

const ORDERS: usize = 50;

const TRACED: &str = "trace=fsync,fdatasync,read,recvfrom,write,writev,sendto,pwrite64,pwritev";

#[tokio::test]
async fn an_order_is_flushed_to_disk_between_its_request_and_its_answer() {
    let usable = Command::new("strace").args(["-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    if !usable.is_ok_and(|status| status.success()) {
        println!("skipped: strace cannot be used here");
        return;
    }
    let folder = TempDir::new().unwrap();
    let (database, trace) = (folder.path().join("orders.sqlite"), folder.path().join("trace"));
    // With -D the process started is the server, and the tracer its grandchild.
    let strace = ["strace", "-D", "-f", "-y", "-e", TRACED, "-o", trace.to_str().unwrap()];
    let mut server = Server::start_by(under(&strace, &command(&database, &[])));
    for _ in 0..ORDERS {
        server.place(1, &[(9, 7), (1, 1)]).await;
    }
    server.signal("TERM");
    assert!(server.wait().success());

    let trace = complete(&trace, server.pid());
    let mut flushes = Flushes::default();
    trace.lines().for_each(|line| flushes.see(line));
    assert_eq!(flushes.answered, ORDERS);
}

/// The trace, once the tracer has seen the process end.
fn complete(trace: &Path, pid: u32) -> String {
    let (pid, deadline) = (format!("{pid} "), Instant::now() + Duration::from_secs(10));
    loop {
        let text = fs::read_to_string(trace).unwrap();
        if text.lines().any(|line| line.starts_with(&pid) && line.ends_with("+++ exited with 0 +++")) {
            return text;
        }
        assert!(Instant::now() < deadline, "the tracer has not finished");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Where the one request that is under way at a time stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    None,
    Read,
    /// The log has it, but perhaps only in memory.
    Written,
    Flushed,
}

#[derive(Debug, Default)]
struct Flushes<'a> {
    stage: Stage,
    answered: usize,
    /// By thread: the call that it has begun, which another line ends.
    begun: HashMap<&'a str, &'a str>,
}

impl<'a> Flushes<'a> {
    /// Reads a line `PID call(arguments) = result`, which is cut in two where another thread is faster.
    fn see(&mut self, line: &'a str) {
        let Some((thread, event)) = line.split_once(char::is_whitespace) else { return };
        let event = event.trim_start();
        let call =
            if event.starts_with("<... ") { self.begun.remove(thread).unwrap_or(event) } else { event };
        if event.ends_with("<unfinished ...>") {
            self.begun.insert(thread, event);
        }
        let on_log = call.contains("-wal>");
        if event.contains("\"POST /orders") {
            assert_eq!(self.stage, Stage::None, "{line}");
            self.stage = Stage::Read;
        } else if on_log && call.starts_with("pwrite") {
            self.stage = if self.stage == Stage::None { Stage::None } else { Stage::Written };
        } else if on_log && call.contains("sync(") && event.ends_with("= 0") && self.stage == Stage::Written {
            self.stage = Stage::Flushed;
        } else if event.contains("\"HTTP/1.1 201") && call == event {
            assert_eq!(self.stage, Stage::Flushed, "answered before it was flushed: {line}");
            self.stage = Stage::None;
            self.answered += 1;
        }
    }
}
