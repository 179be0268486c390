//! Requests that no HTTP library would send, over a bare socket.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    time::Duration,
};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{answer::Answer, support::Server};

/// A request's head with these header lines, asking for the connection to be closed.
pub fn head(request_line: &str, headers: &[&str]) -> String {
    let mut head = format!("{request_line} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        head.push_str("Host: localhost\r\n");
    }
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    head + "\r\n"
}

/// A whole request of user 1 with a JSON body.
pub fn json_request(request_line: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = format!("Content-Length: {}", body.len());
    [head(request_line, &["user_id: 1", "Content-Type: application/json", &length]).as_bytes(), body].concat()
}

impl Server {
    /// Everything that the server says to these bytes on a connection of their own, until it closes.
    pub fn say(&self, bytes: impl AsRef<[u8]>) -> Vec<u8> {
        self.talk(bytes.as_ref(), false)
    }

    /// The first answer to these bytes, from a server that may wait for more of them.
    pub fn first_answer(&self, bytes: impl AsRef<[u8]>) -> Vec<u8> {
        let mut socket = self.connect();
        socket.write_all(bytes.as_ref()).unwrap();
        let (mut said, mut piece) = (Vec::new(), [0; 4096]);
        loop {
            let length = socket.read(&mut piece).unwrap();
            said.extend_from_slice(&piece[..length]);
            let missing = |answer: Answer| answer.header("content-length").parse() != Ok(answer.body.len());
            if length == 0 || !parse(&said).is_none_or(missing) {
                return said;
            }
        }
    }

    /// As [`Self::say`], by a client that goes silent for good after its bytes.
    pub fn say_and_hang_up(&self, bytes: impl AsRef<[u8]>) -> Vec<u8> {
        self.talk(bytes.as_ref(), true)
    }

    fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        socket
    }

    fn talk(&self, bytes: &[u8], hang_up: bool) -> Vec<u8> {
        let mut socket = self.connect();
        // The server may refuse and close before it has read everything.
        let _ = socket.write_all(bytes);
        if hang_up {
            let _ = socket.shutdown(Shutdown::Write);
        }
        let mut said = Vec::new();
        if let Err(error) = socket.read_to_end(&mut said) {
            assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
        }
        said
    }

    /// The answer to a request that asks for the connection to be closed.
    #[track_caller]
    pub fn answer(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let said = self.say(bytes);
        parse(&said).unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&said)))
    }
}

/// The first answer in these bytes, and all that follows its head as its body.
pub fn parse(said: &[u8]) -> Option<Answer> {
    let end = said.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&said[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ")?;
        headers.append(HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(value).ok()?);
    }
    Some(Answer { status, headers, body: said[end + 4..].to_vec() })
}
