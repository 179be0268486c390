//! `orders health`: what a container asks, which has no other program to ask with.

use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
};

use crate::support::{Server, assert_bad_setting, assert_refused, orders};

fn health(arguments: &[&str]) -> Command {
    let mut command = orders();
    command.arg("health").args(arguments);
    command
}

/// The URL of a server that answers its first request so, after it has read it; then it is gone.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 1024];
        let length = stream.read(&mut asked).unwrap();
        assert!(asked[..length].starts_with(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:"));
        stream.write_all(answer.as_bytes()).unwrap();
    });
    url
}

#[test]
fn a_server_that_serves_is_well() {
    let server = Server::start();
    let (_, port) = server.address().split_once(':').unwrap();
    let ready = format!("{}/health/ready", server.url);
    for mut command in
        [health(&["--url", &server.url]), health(&["--url", &ready]), health(&["--port", port])]
    {
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stdout.is_empty(), "{output:?}");
    }
    let mut told = health(&[]);
    assert!(told.env("PORT", port).status().unwrap().success());
}

#[test]
fn any_other_answer_is_one_line_and_code_1() {
    for (answer, reason) in [
        ("HTTP/1.1 503 Service Unavailable\r\n\r\n", "/health/live answers 503"),
        ("HTTP/1.1 302 Found\r\n\r\n", "/health/live answers 302"),
        ("SSH-2.0-OpenSSH_9.2\r\n", "it does not speak HTTP/1"),
        ("HTTP/1.1", "does not answer"),
    ] {
        let url = answering(answer);
        assert_refused(health(&["--url", &url]), &[&url, reason]);
    }
}

#[test]
fn where_nobody_listens_nobody_is_well() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    assert_refused(health(&["--url", &url]), &[&url, "does not answer", "refused"]);
}

#[test]
fn one_who_says_nothing_is_not_waited_for() {
    // It takes connections and reads nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    assert_refused(health(&["--url", &url, "--timeout-ms", "50"]), &[&url, "does not answer within 50 ms"]);
}

#[test]
fn what_is_no_address_of_a_server_is_refused() {
    assert_bad_setting(health(&["--url", "https://shop.example"]), &["--url", "\"https://shop.example\""]);
    assert_bad_setting(health(&["--port", "0"]), &["--port (PORT)", "\"0\""]);
    assert_bad_setting(health(&["--timeout-ms", "0"]), &["--timeout-ms", "\"0\""]);
}
