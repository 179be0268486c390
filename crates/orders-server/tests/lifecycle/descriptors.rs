//! The process has no file descriptors left for a while.

use std::fs;

use reqwest::Method;
use tempfile::TempDir;

use crate::{
    support::{Server, command, under},
    wire::Wire,
};

const LIMIT: usize = 64;

#[tokio::test]
async fn connections_beyond_the_descriptors_wait_and_nothing_breaks() {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("orders.sqlite");
    let limited = ["sh", "-c", &format!("ulimit -n {LIMIT} && exec \"$@\""), "sh"];
    let server = Server::start_by(under(&limited, &command(&database, &[("RUST_LOG", "off")])));
    let kept: Vec<Wire> = (0..LIMIT).map(|_| Wire::to(&server)).collect();
    let descriptors = || fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count();
    while descriptors() < LIMIT {
        tokio::task::yield_now().await;
    }
    drop(kept);
    let order = server.place(1, &[(9, 7)]).await;
    assert_eq!(order["id"], 1);
    let ready = server.anyone(Method::GET, "/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), 200);
}
