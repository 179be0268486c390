//! The stream of all orders takes the same memory however many there are and however slowly they
//! are taken.

use std::{
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use reqwest::{Method, Response};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::support::{Server, seed_thousands};

/// Takes a stream's lines, which must ascend by id from 1 on.
struct Lines {
    response: Response,
    rest: Vec<u8>,
    taken: u64,
}

impl Lines {
    async fn of(server: &Server) -> Self {
        let request = server.anyone(Method::GET, "/orders").header("Accept", "application/x-ndjson");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self { response, rest: Vec::new(), taken: 0 }
    }

    /// Takes lines until there were so many, or the stream ends.
    async fn take_to(&mut self, count: u64) {
        while self.taken < count {
            let Some(chunk) = self.response.chunk().await.unwrap() else { break };
            self.rest.extend_from_slice(&chunk);
            let whole = self.rest.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            for line in self.rest.drain(..whole).collect::<Vec<_>>().split_inclusive(|byte| *byte == b'\n') {
                self.taken += 1;
                let start = format!("{{\"id\":{},", self.taken);
                assert!(line.starts_with(start.as_bytes()), "{}", String::from_utf8_lossy(line));
            }
        }
    }
}

/// A number from one of the files that the system keeps of a process.
fn of_process(server: &Server, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{}/{file}", server.pid())).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    value.split_whitespace().next().unwrap().parse().unwrap()
}

/// Waits until the server spends no time any more, since nobody takes what it has made.
fn wait_until_idle(server: &Server) {
    let spent = || {
        let stat = fs::read_to_string(format!("/proc/{}/stat", server.pid())).unwrap();
        // User and system time, both in hundredths of a second.
        stat.split_whitespace().skip(13).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum::<u64>()
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut before = spent();
    loop {
        thread::sleep(Duration::from_millis(200));
        if spent() == before {
            return;
        }
        before = spent();
        assert!(Instant::now() < deadline, "the server works on");
    }
}

#[tokio::test]
async fn a_long_stream_to_a_slow_client_takes_no_more_memory_than_a_short_one() {
    const THOUSANDS: u32 = 200;
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    seed_thousands(&database, THOUSANDS);
    // It counts nothing beside.
    let server = Server::start_on(&database, &[("ROLE", "api")]);
    let resident_kib = || of_process(&server, "status", "VmRSS:");
    let mut lines = Lines::of(&server).await;
    // By then the page cache of the connection that reads is full.
    lines.take_to(60_000).await;
    let before = resident_kib();
    wait_until_idle(&server);
    assert!(resident_kib() < before + 8 * 1024, "{} KiB while nothing is taken", resident_kib());
    lines.take_to(u64::MAX).await;
    assert_eq!(lines.taken, u64::from(THOUSANDS) * 1000);
    assert!(resident_kib() < before + 8 * 1024, "{before} KiB became {} KiB", resident_kib());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_stream_does_not_keep_the_write_ahead_log_from_starting_over() {
    const THOUSANDS: u32 = 40;
    const LIMIT: u64 = 16 << 20;
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let log = folder.path().join("orders.sqlite-wal");
    seed_thousands(&database, THOUSANDS);
    let server = Arc::new(Server::start_on(&database, &[]));
    let mut lines = Lines::of(&server).await;
    lines.take_to(1).await;

    // Nearly all that the process writes are the log and what is copied from it.
    let written = |server: &Server| of_process(server, "io", "wchar:");
    let enough = written(&server) + 2 * LIMIT;
    let mut writing = JoinSet::new();
    for _ in 0..4 {
        let (server, log) = (Arc::clone(&server), log.clone());
        writing.spawn(async move {
            let mut largest = 0;
            while written(&server) < enough {
                server.place(1, &[(9, 7), (1, 1)]).await;
                largest = fs::metadata(&log).unwrap().len().max(largest);
            }
            largest
        });
    }
    let largest = writing.join_all().await.into_iter().max().unwrap();
    assert!(largest < LIMIT, "the log grew to {largest} bytes");
    lines.take_to(u64::MAX).await;
    assert!(lines.taken >= u64::from(THOUSANDS) * 1000);
}
