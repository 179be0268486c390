//! The disk is full for a while.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reqwest::{Method, Response};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    namespace, recovery,
    support::{Server, command, products, under},
};

async fn post(server: &Server, key: &str) -> Response {
    let request = server.user(1, Method::POST, "/orders").json(&products(&[(9, 7)]));
    request.header("Idempotency-Key", key).send().await.unwrap()
}

/// Writes until nothing more fits, frees the disk, and writes on.
async fn runs_full_and_recovers(server: Server, fill: impl FnOnce(), free: impl FnOnce()) {
    let first = server.place(1, &[(9, 7)]).await;
    fill();
    let mut stored = 1;
    let refused = loop {
        let answer = post(&server, &format!("key-{stored}")).await;
        if answer.status() == 503 {
            break answer;
        }
        assert_eq!(answer.status(), 201);
        stored += 1;
        assert!(stored < 10_000, "the disk does not fill");
    };
    assert!(refused.headers().contains_key("Retry-After"));
    // What is left may still do for a smaller write.
    for _ in 0..100 {
        if server.anyone(Method::GET, "/health/ready").send().await.unwrap().status() == 503 {
            break;
        }
    }
    recovery::assert_not_ready(&server).await;
    recovery::assert_reads_go_on(&server, &first).await;
    assert_eq!(post(&server, &format!("key-{stored}")).await.status(), 503);

    free();
    recovery::wait_until_ready(&server).await;
    let again = post(&server, &format!("key-{stored}")).await;
    assert_eq!(again.status(), 201);
    assert!(!again.headers().contains_key("Idempotency-Replayed"));
    let cancelled = server.user(1, Method::PATCH, "/orders/1/cancel").send().await.unwrap();
    assert_eq!(cancelled.status(), 200);
    let request = server.anyone(Method::GET, "/orders").header("Accept", "application/x-ndjson");
    let text = request.send().await.unwrap().text().await.unwrap();
    let ids = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_i64().unwrap());
    assert!(ids.eq(1..=stored + 1));
}

/// The largest file that the process may write, in bytes.
fn limit_files(pid: u32, bytes: &str) -> bool {
    let limited =
        Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")]).status();
    limited.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn when_files_cannot_grow_writes_are_refused_until_they_can() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    // Without this the system ends a process that writes beyond the limit.
    let ignoring = ["sh", "-c", "trap '' XFSZ && exec \"$@\"", "sh"];
    let server = Server::start_by(under(&ignoring, &command(&database, &[("RUST_LOG", "off")])));
    let pid = server.pid();
    if !limit_files(pid, "unlimited") {
        println!("skipped: prlimit cannot be used here");
        return;
    }
    let fill = || assert!(limit_files(pid, "262144"));
    let free = || assert!(limit_files(pid, "unlimited"));
    runs_full_and_recovers(server, fill, free).await;
}

#[tokio::test]
async fn when_the_disk_is_full_writes_are_refused_until_it_is_not() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let namespace = match namespace::with(&["mount -t tmpfs -o size=2m tmpfs $DIR"], folder.path()) {
        Ok(namespace) => namespace,
        Err(reason) => return println!("skipped: {reason}"),
    };
    let server = Server::start_by(namespace.run(&command(&database, &[("RUST_LOG", "off")])));
    let filler = inside(&server, &folder.path().join("filler"));
    let fill = || fs::write(&filler, vec![0; 1 << 20]).unwrap();
    let free = || fs::remove_file(&filler).unwrap();
    runs_full_and_recovers(server, fill, free).await;
}

/// A path as the server's own mounts have it.
fn inside(server: &Server, path: &Path) -> PathBuf {
    Path::new("/proc").join(server.pid().to_string()).join("root").join(path.strip_prefix("/").unwrap())
}
