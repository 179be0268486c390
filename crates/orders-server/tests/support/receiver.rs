//! A receiver of webhooks: a small HTTP server that notes what it gets and answers as it is told.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use serde_json::Value;

/// A message that came.
#[derive(Debug, Clone, Default)]
pub struct Got {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    /// Empty if there is none.
    pub traceparent: String,
    pub body: Vec<u8>,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered to a message, given how often it came before: a status, or nothing and the connection ends.
type Answer = Box<dyn Fn(&Got, usize) -> Option<u16> + Send + Sync>;

struct Shared {
    got: Mutex<Vec<Got>>,
    more: Condvar,
    answer: Answer,
}

/// A receiver on a free port. It ends with the process.
#[derive(Clone)]
pub struct Receiver {
    port: u16,
    shared: Arc<Shared>,
}

impl Receiver {
    /// One that takes everything.
    pub fn start() -> Self {
        Self::answering(|_, _| Some(200))
    }

    /// One that answers so.
    pub fn answering(answer: impl Fn(&Got, usize) -> Option<u16> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared =
            Arc::new(Shared { got: Mutex::default(), more: Condvar::new(), answer: Box::new(answer) });
        let receiver = Self { port, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        receiver
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?token=s3cret", self.port)
    }

    /// What came, in its order.
    pub fn got(&self) -> Vec<Got> {
        self.shared.got.lock().unwrap().clone()
    }

    /// What came, once it is so much.
    pub fn wait(&self, count: usize) -> Vec<Got> {
        self.wait_until(|got| got.len() >= count)
    }

    /// What came, once it is what is waited for.
    pub fn wait_until(&self, is_enough: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut got = self.shared.got.lock().unwrap();
        while !is_enough(&got) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only {} came: {got:?}", got.len());
            got = self.shared.more.wait_timeout(got, left).unwrap().0;
        }
        got.clone()
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(got) = read(&mut reader) {
        let status = {
            let mut all = shared.got.lock().unwrap();
            let before = all.iter().filter(|earlier| earlier.id == got.id).count();
            let status = (shared.answer)(&got, before);
            all.push(got);
            status
        };
        shared.more.notify_all();
        let Some(status) = status else { return };
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: 4\r\n\r\nsaid");
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Got> {
    let mut got = Got::default();
    let mut length = 0;
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    assert!(line.starts_with("POST /hook?token=s3cret HTTP/1.1"), "{line}");
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "webhook-id" => got.id = value,
            "webhook-timestamp" => got.timestamp = value,
            "webhook-signature" => got.signature = value,
            "traceparent" => got.traceparent = value,
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    got.body = vec![0; length];
    reader.read_exact(&mut got.body).ok()?;
    Some(got)
}
