//! A connection on which bytes are sent as they are.

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::Server;

/// Longer than the server may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a client that sends byte by byte waits for an answer between two of them.
const DRIBBLE: Duration = Duration::from_millis(300);

pub struct Wire(TcpStream);

impl Wire {
    pub fn to(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }

    pub fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    /// Reads until this has come, and returns all up to it.
    pub fn read_to(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            let mut byte = [0];
            self.0.read_exact(&mut byte).unwrap();
            text.push(byte[0]);
        }
        String::from_utf8(text).unwrap()
    }

    /// Whether anything has come that was not read yet.
    pub fn has_more(&self) -> bool {
        self.0.set_nonblocking(true).unwrap();
        let has_more = self.0.peek(&mut [0]).is_ok();
        self.0.set_nonblocking(false).unwrap();
        has_more
    }

    /// Everything until the server closes the connection, and how long that took.
    pub fn rest(&mut self) -> (String, Duration) {
        self.rest_while_sending("")
    }

    /// As [`Self::rest`], while these bytes are sent slowly again and again.
    pub fn rest_while_sending(&mut self, dribble: &str) -> (String, Duration) {
        let (started, mut text) = (Instant::now(), Vec::new());
        self.0.set_read_timeout(Some(DRIBBLE)).unwrap();
        while started.elapsed() < PATIENCE {
            let mut buffer = [0; 4096];
            match self.0.read(&mut buffer) {
                Ok(0) => return (String::from_utf8(text).unwrap(), started.elapsed()),
                Ok(read) => text.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                    return (String::from_utf8(text).unwrap(), started.elapsed());
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock, "{error}");
                    // Refused once the server has closed, which the next read sees.
                    let _ = self.0.write_all(dribble.as_bytes());
                }
            }
        }
        panic!("still open after {PATIENCE:?}: {}", String::from_utf8_lossy(&text));
    }
}
