//! A collector of OpenTelemetry: takes spans by OTLP over HTTP and notes them.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{AnyValue, KeyValue, any_value::Value},
};
use prost::Message;

/// A span that came.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub trace: String,
    pub id: String,
    pub parent: String,
    pub name: String,
    /// 2 is a server's, 3 a client's, 1 another one.
    pub kind: i32,
    pub has_failed: bool,
    pub attributes: BTreeMap<String, String>,
    /// What is said of the process that it comes from.
    pub resource: BTreeMap<String, String>,
}

#[derive(Default)]
struct Shared {
    spans: Mutex<Vec<Recorded>>,
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

/// A collector on a free port. It ends with the process.
pub struct Collector {
    port: u16,
    shared: Arc<Shared>,
}

impl Collector {
    /// One that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let collector = Self { port, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        collector
    }

    /// Its address, as the setting has it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What came, as far as it has.
    pub fn spans(&self) -> Vec<Recorded> {
        self.shared.spans.lock().unwrap().clone()
    }

    /// All bytes that came.
    pub fn bytes(&self) -> Vec<u8> {
        self.shared.bytes.lock().unwrap().clone()
    }

    /// What came, once it is what is waited for.
    pub fn wait_until(&self, is_enough: impl Fn(&[Recorded]) -> bool) -> Vec<Recorded> {
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut spans = self.shared.spans.lock().unwrap();
        while !is_enough(&spans) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only these came: {spans:?}");
            spans = self.shared.more.wait_timeout(spans, left).unwrap().0;
        }
        spans.clone()
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some(body) = read(&mut reader) {
        let request = ExportTraceServiceRequest::decode(&*body).unwrap();
        shared.bytes.lock().unwrap().extend(&body);
        shared.spans.lock().unwrap().extend(recorded(request));
        shared.more.notify_all();
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// The body of the next request.
fn read(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
    assert!(line.starts_with("POST /v1/traces HTTP/1.1"), "{line}");
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|bytes| *bytes > 0)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}

fn recorded(request: ExportTraceServiceRequest) -> Vec<Recorded> {
    let mut all = Vec::new();
    for of_resource in request.resource_spans {
        let resource = texts(of_resource.resource.unwrap_or_default().attributes);
        for span in of_resource.scope_spans.into_iter().flat_map(|of_scope| of_scope.spans) {
            assert!(span.events.is_empty() && span.links.is_empty(), "{span:?}");
            all.push(Recorded {
                trace: hex(&span.trace_id),
                id: hex(&span.span_id),
                parent: hex(&span.parent_span_id),
                name: span.name,
                kind: span.kind,
                has_failed: span.status.unwrap_or_default().code == 2,
                attributes: texts(span.attributes),
                resource: resource.clone(),
            });
        }
    }
    all
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("a value of a kind that is not expected: {other:?}"),
    };
    attributes.into_iter().map(|attribute| (attribute.key, text(attribute.value))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
