//! A service on this machine that answers as the test wants, after the JSON protocol of AWS.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// What a call is answered with: a status, and a body whatever it is.
pub type Answer = (u16, String);

/// A running service. Dropping it ends it.
pub struct Service {
    address: SocketAddr,
    calls: Arc<Mutex<Vec<Value>>>,
    task: JoinHandle<()>,
}

impl Service {
    /// One that answers each call by its number, from 0, and its body.
    pub async fn answering(answer: impl Fn(usize, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::<Mutex<Vec<Value>>>::default();
        let (kept, answer) = (Arc::clone(&calls), Arc::new(answer));
        let task = tokio::spawn(async move {
            let mut tasks = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                tasks.spawn(async move {
                    while let Some(call) = read(&mut stream).await {
                        let number = {
                            let mut kept = kept.lock().unwrap();
                            kept.push(call.clone());
                            kept.len() - 1
                        };
                        let (status, body) = answer(number, &call);
                        let kind = "content-type: application/x-amz-json-1.0";
                        let length = body.len();
                        let text = format!(
                            "HTTP/1.1 {status} So\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}"
                        );
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                });
            }
        });
        Self { address, calls, task }
    }

    pub fn queue(&self, name: &str) -> String {
        format!("http://{}/123456789012/{name}", self.address)
    }

    /// The bodies of all calls.
    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }

    /// The events that each call put, by their ids.
    pub fn put(&self) -> Vec<Vec<i64>> {
        let event = |entry: &Value| entry["MessageAttributes"]["event"]["StringValue"].as_str()?.parse().ok();
        let events = |call: &Value| call["Entries"].as_array().unwrap().iter().filter_map(event).collect();
        self.calls().iter().map(events).collect()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// That all of a batch was taken but these, by their places.
pub fn taken(call: &Value, but: &[usize]) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (place, entry) in call["Entries"].as_array().unwrap().iter().enumerate() {
        let id = &entry["Id"];
        if but.contains(&place) {
            failed
                .push(json!({"Id": id, "SenderFault": false, "Code": "InternalError", "Message": "not now"}));
        } else {
            successful.push(json!({"Id": id, "MessageId": "m", "MD5OfMessageBody": "d"}));
        }
    }
    (200, json!({"Successful": successful, "Failed": failed}).to_string())
}

/// An error by its code.
pub fn error(status: u16, code: &str) -> Answer {
    (status, json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "so it is"}).to_string())
}

async fn read(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
            let length: usize = length.parse().unwrap();
            while bytes.len() < end + 4 + length {
                if stream.read_buf(&mut bytes).await.ok()? == 0 {
                    return None;
                }
            }
            return serde_json::from_slice(&bytes[end + 4..]).ok();
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
