//! What the tests of the whole server share: a real server process on a database of its own.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot set itself up fails")]
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

#[path = "../../../orders-adapters/tests/common/postgres.rs"]
pub mod postgres;

pub mod asking;
#[cfg(feature = "otlp")]
pub mod collector;
pub mod place;
pub mod receiver;
pub mod smtp;

pub use place::Place;

/// A running `orders serve`. Dropping it kills the process and removes its database, if that is its own.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    pub client: Client,
    // Kept until the process is gone.
    place: Option<Place>,
}

impl Server {
    /// A server on a fresh database.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// A server on a fresh database with these environment variables.
    pub fn start_with(settings: &[(&str, &str)]) -> Self {
        let place = Place::fresh();
        let mut server = Self::start_at(&place.url(), settings);
        server.place = Some(place);
        server
    }

    /// A server on this database file, which outlives it.
    pub fn start_on(database: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_at(&url_of(database), settings)
    }

    /// A server on the database with this URL, which outlives it.
    pub fn start_at(database: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_by(serve(database, settings))
    }

    /// The server that this command, whose stdout is piped, becomes.
    pub fn start_by(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next().expect("the server says where it listens").unwrap();
        let url = first.strip_prefix("listening on").expect("the banner's first line").trim().to_owned();
        // Read on, so that the server never waits for its reader.
        std::thread::spawn(move || lines.for_each(drop));
        // The server closes a connection that has rested for 5 seconds; a request must not meet that.
        let client = Client::builder().pool_idle_timeout(Duration::from_secs(2)).build().unwrap();
        Self { child, url, client, place: None }
    }

    /// The file that is its own.
    pub fn database(&self) -> PathBuf {
        self.place.as_ref().and_then(Place::file).expect("it has a file of its own")
    }

    /// The URL of the database that is its own.
    pub fn database_url(&self) -> String {
        self.place.as_ref().expect("it has a database of its own").url()
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `127.0.0.1:PORT`, for raw sockets.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// A request without a user.
    pub fn anyone(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A request of this user.
    pub fn user(&self, user: i64, method: Method, path: &str) -> RequestBuilder {
        self.anyone(method, path).header("user_id", user.to_string())
    }

    /// Places an order of `[(product, quantity)]` as this user; the order as answered.
    pub async fn place(&self, user: i64, lines: &[(i64, i64)]) -> Value {
        let response = self.user(user, Method::POST, "/orders").json(&products(lines)).send().await.unwrap();
        assert_eq!(response.status(), 201);
        response.json().await.unwrap()
    }

    /// A request of the shop's operator, with this body.
    pub fn operator(&self, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
        let request = self.user(100, method, path);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// Adds a place of this code.
    pub async fn add_place(&self, code: &str) {
        let body = json!({"code": code, "name": code, "country": "DE"});
        let answer = self.operator(Method::POST, "/locations", Some(&body)).send().await.unwrap();
        assert_eq!(answer.status(), 201);
    }

    /// Takes a product into the catalogue; its number.
    pub async fn add_product(&self, body: &Value) -> i64 {
        let answer = self.operator(Method::POST, "/products", Some(body)).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        answer.json::<Value>().await.unwrap()["id"].as_i64().unwrap()
    }

    /// Sends a signal (`TERM`, `INT`, `KILL`, `STOP`, `CONT`) to the process.
    pub fn signal(&self, signal: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    }

    /// Waits for the process to end.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Waits for the process to end by itself.
    pub fn ends_within(&mut self, limit: Duration) -> ExitStatus {
        ends_within(&mut self.child, limit)
    }
}

/// Waits for a process to end by itself; one that does not is killed.
pub fn ends_within(child: &mut Child, limit: Duration) -> ExitStatus {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            let _ = child.wait();
            panic!("the process did not end within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, told to serve this file on a free port, with nothing inherited from the environment.
pub fn command(database: &Path, settings: &[(&str, &str)]) -> Command {
    serve(&url_of(database), settings)
}

/// The binary, told to serve the database with this URL on a free port, with nothing inherited from the
/// environment.
pub fn serve(database: &str, settings: &[(&str, &str)]) -> Command {
    let mut command = orders();
    command
        .arg("serve")
        .env("PORT", "0")
        .env("DATABASE_URL", database)
        .envs(settings.iter().copied())
        .stdout(Stdio::piped());
    command
}

/// The URL of a database file.
pub fn url_of(database: &Path) -> String {
    format!("sqlite://{}", database.display())
}

/// Runs what must fail; its exit code and what it says on stderr.
pub fn failure(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let code = ends_within(&mut child, Duration::from_secs(10)).code();
    let mut said = String::new();
    child.stderr.unwrap().read_to_string(&mut said).unwrap();
    (code, said)
}

/// Runs what must be refused: it ends with 1 and names these reasons in one line.
#[track_caller]
pub fn assert_refused(command: Command, reasons: &[&str]) {
    assert_refused_with(1, command, reasons);
}

/// Sees the command end with 2 and a single line on stderr: a server has this file.
pub fn assert_in_use(command: Command, file: &str) {
    assert_refused_with(2, command, &["is in use by another server", file]);
}

/// Sees the command end with 2 and a single line on stderr with these parts: a setting cannot be.
pub fn assert_bad_setting(command: Command, reasons: &[&str]) {
    assert_refused_with(2, command, reasons);
}

fn assert_refused_with(expected: i32, command: Command, reasons: &[&str]) {
    let (code, said) = failure(command);
    assert_eq!(code, Some(expected), "{said}");
    assert!(said.starts_with("error: ") && said.lines().count() == 1, "{said}");
    for reason in reasons {
        assert!(said.contains(reason), "{reason:?} is missing: {said}");
    }
}

/// Has a thousand orders made.
pub fn seed(database: &Path) {
    seed_at(&url_of(database), 1000);
}

/// Has so many orders made in the database with this URL.
pub fn seed_at(database: &str, orders: usize) {
    let mut seed = self::orders();
    seed.args(["seed", "--orders", &orders.to_string(), "--database-url", database]);
    assert!(seed.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success());
}

/// Has a thousand orders made and copies them until there are so many thousands.
pub fn seed_thousands(database: &Path, thousands: u32) {
    seed(database);
    let copies = format!(
        "PRAGMA synchronous = OFF;
         CREATE TEMP TABLE copies AS
            WITH RECURSIVE copies (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM copies WHERE n < {thousands} - 1)
            SELECT n, (SELECT max(order_date) - min(order_date) + 1 FROM orders) AS period FROM copies;
         INSERT INTO orders (id, user_id, order_date, updated_at, status, currency, version, fulfillment, current_total)
            SELECT id + 1000 * n, user_id, order_date + period * n, updated_at + period * n, status, currency, version,
                fulfillment, current_total
            FROM copies, orders;
         INSERT INTO order_products (id, order_id, product_id, price, quantity)
            SELECT id + 100000 * n, order_id + 1000 * n, product_id, price, quantity FROM copies, order_products;
         INSERT INTO order_shipments (id, order_id, number, status, shipping_provider, tracking_number, created_at,
                shipped_at, delivered_at)
            SELECT id + 1000 * n, order_id + 1000 * n, number, status, shipping_provider, tracking_number,
                created_at + period * n, shipped_at + period * n, delivered_at + period * n FROM copies, order_shipments;
         INSERT INTO order_shipment_products (shipment_id, line, quantity)
            SELECT shipment_id + 1000 * n, line + 100000 * n, quantity FROM copies, order_shipment_products;
         INSERT INTO events (id, kind, subject, version, type, at, actor_kind, data)
            SELECT id + last * n, kind, subject + 1000 * n, version, type, at + period * n, actor_kind, data
            FROM copies, events, (SELECT max(id) AS last FROM events);"
    );
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    conn.batch_execute(&copies).unwrap();
}

/// The command, run by another program that is given it as its last arguments.
pub fn under(wrapper: &[&str], inner: &Command) -> Command {
    let mut command = Command::new(wrapper[0]);
    command.args(&wrapper[1..]).arg(inner.get_program()).args(inner.get_args()).env_clear();
    command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdout(Stdio::piped());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

/// The binary, with nothing inherited from the environment.
pub fn orders() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orders"));
    command.env_clear();
    command
}

/// The body of a POST of these `(product, quantity)` lines.
pub fn products(lines: &[(i64, i64)]) -> Value {
    let lines: Vec<_> = lines.iter().map(|(id, quantity)| json!({"id": id, "quantity": quantity})).collect();
    json!({ "products": lines })
}
