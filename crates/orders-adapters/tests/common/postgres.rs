//! A PostgreSQL of one's own, from the machine's binaries, or the one at `TEST_POSTGRES_URL`.
//!
//! A small shell holds the server: it ends the server and removes its folder when this process is
//! gone, however it went.

use std::{
    fs,
    io::Write,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use programs::{as_postgres, binaries, folder, run};

#[path = "postgres/programs.rs"]
mod programs;

/// Reads orders until it hears no more: `start` starts the server, once the one before is gone for good.
const HOLDER: &str = r#"folder=$1; shift
while read -r order; do wait; "$@" >>"$folder/log" 2>&1 & pid=$!; done
kill -QUIT "$pid" 2>/dev/null
# A frozen one must hear it, and so must its children.
for stat in /proc/[0-9]*/stat; do
    number=${stat#/proc/}; number=${number%/stat}
    read -r line <"$stat" && case "$number $line" in
        "$pid "* | *") "?" $pid "*) kill -CONT "$number" ;;
    esac
done 2>/dev/null
wait "$pid" 2>/dev/null; rm -rf "$folder""#;

/// A running server that only this process uses.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    holder: Child,
    orders: Option<ChildStdin>,
}

impl Cluster {
    /// A fresh one on a free port of this machine; `None`, with a line that says so, where there is no
    /// PostgreSQL. Under CI=true that is a failure.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// The same with these settings.
    pub fn start_with(settings: &[&str]) -> Option<Self> {
        let binaries = binaries()?;
        let folder = folder(&binaries);
        let data = folder.join("data");
        let mut initdb = as_postgres(&binaries.join("initdb"));
        initdb.arg("--pgdata").arg(&data);
        initdb.args(["--username=orders", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        run(&mut initdb);
        Some(Self::hold(folder, &binaries, settings))
    }

    /// A replica of this one, which follows it.
    #[allow(dead_code, reason = "not every test binary has a replica")]
    pub fn replica(&self) -> Self {
        let binaries = binaries().unwrap();
        let folder = folder(&binaries);
        let mut backup = as_postgres(&binaries.join("pg_basebackup"));
        backup.args([
            "--checkpoint=fast",
            "--no-sync",
            "--write-recovery-conf",
            "--wal-method=stream",
            "--pgdata",
        ]);
        backup.arg(folder.join("data")).arg("--dbname").arg(self.url("postgres"));
        run(&mut backup);
        Self::hold(folder, &binaries, &[])
    }

    fn hold(folder: PathBuf, binaries: &Path, settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut postgres = as_postgres(&binaries.join("postgres"));
        postgres.arg("-D").arg(folder.join("data"));
        let own = [format!("port={port}"), "listen_addresses=127.0.0.1".to_owned(), "fsync=off".to_owned()];
        let fixed = ["unix_socket_directories=", "max_connections=200", "full_page_writes=off"];
        for setting in own.iter().map(String::as_str).chain(fixed).chain(settings.iter().copied()) {
            postgres.args(["-c", setting]);
        }
        let mut holder = Command::new("sh");
        holder.args(["-c", HOLDER, "sh"]).arg(&folder).arg(postgres.get_program()).args(postgres.get_args());
        let mut holder = holder.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let orders = holder.stdin.take();
        let mut cluster = Self { folder, port, holder, orders };
        cluster.start_again();
        cluster
    }

    /// Starts it after it was killed, and waits until it takes connections.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut told: Option<Instant> = None;
        while try_execute(&self.url("postgres"), "SELECT 1").is_err() {
            assert!(Instant::now() < deadline, "PostgreSQL does not start: {}", self.log());
            // After a crash it may refuse to start until its last process is gone.
            let is_told = told.is_some_and(|told| told.elapsed() < Duration::from_secs(2));
            if !is_told && !self.is_running() {
                writeln!(self.orders.as_mut().unwrap(), "start").unwrap();
                told = Some(Instant::now());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn pid(&self) -> Option<String> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        file.lines().next().map(str::to_owned)
    }

    fn is_running(&self) -> bool {
        // Killed, it is a zombie until the shell looks after it.
        let stat = self.pid().and_then(|pid| fs::read_to_string(format!("/proc/{pid}/stat")).ok());
        stat.is_some_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z')))
    }

    /// Sends a signal (`KILL`, `QUIT`, `INT`, `STOP`, `CONT`) to the server.
    #[allow(dead_code, reason = "not every test binary disturbs it")]
    pub fn signal(&self, signal: &str) {
        let pid = self.pid().unwrap();
        assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
    }

    /// Sends a signal to each of the server's processes.
    #[allow(dead_code, reason = "not every test binary freezes it")]
    pub fn signal_all(&self, signal: &str) {
        let server = self.pid().unwrap();
        // The second field after the name, which is in brackets, is the parent.
        let is_child = |stat: &str| {
            stat.rsplit_once(')').is_some_and(|(_, rest)| rest.split_whitespace().nth(1) == Some(&server))
        };
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
        let children = processes
            .filter(|path| fs::read_to_string(path.join("stat")).is_ok_and(|stat| is_child(&stat)))
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        // The first one begins new ones, so it is stopped first. Others may end by themselves meanwhile.
        self.signal(signal);
        for child in children {
            let _ = Command::new("kill").args([&format!("-{signal}"), &child]).stderr(Stdio::null()).status();
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// `postgres://orders@127.0.0.1:PORT/NAME`.
    pub fn url(&self, name: &str) -> String {
        format!("postgres://orders@127.0.0.1:{}/{name}", self.port)
    }

    /// A fresh database in it.
    #[allow(dead_code, reason = "not every test binary has a server of its own")]
    pub fn database(&self) -> Database {
        Database::create(&self.url("postgres"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.orders.take();
        let _ = self.holder.wait();
    }
}

/// The server that all tests of this process share.
pub fn shared() -> Option<&'static str> {
    static SHARED: OnceLock<Option<(String, Option<Cluster>)>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match setting("TEST_POSTGRES_URL") {
        Some(url) => Some((url, None)),
        None => Cluster::start().map(|cluster| (cluster.url("postgres"), Some(cluster))),
    });
    shared.as_ref().map(|(url, _)| url.as_str())
}

/// A fresh database in the shared server.
pub fn database() -> Option<Database> {
    shared().map(Database::create)
}

/// Whether this machine has the programs of one; a line says so where it has not.
#[allow(dead_code, reason = "not every test binary prepares something for one")]
pub fn is_installed() -> bool {
    binaries().is_some()
}

/// A database of one's own. Dropping it drops it.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    fn create(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("orders_test_{}_{count}", std::process::id());
        execute(server, &format!("CREATE DATABASE {name}"));
        Self { server: server.to_owned(), name }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        let (place, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (server, _) = place.rsplit_once('/').unwrap();
        if query.is_empty() {
            format!("{server}/{}", self.name)
        } else {
            format!("{server}/{}?{query}", self.name)
        }
    }

    /// Its name.
    #[allow(dead_code, reason = "not every test binary asks another server for it")]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs statements in it.
    #[allow(dead_code, reason = "not every test binary looks into it")]
    pub fn execute(&self, sql: &str) {
        execute(&self.url(), sql);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Its server may be gone already.
        let _ = try_execute(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

fn execute(url: &str, sql: &str) {
    try_execute(url, sql).unwrap();
}

/// Runs statements on a connection of their own.
pub fn try_execute(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (url, sql) = (url.to_owned(), sql.to_owned());
    let work = async move {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
        let driver = tokio::spawn(connection);
        let done = client.batch_execute(&sql).await;
        drop(client);
        let _ = driver.await;
        done
    };
    // A thread of its own, since the caller may be in a runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(work)).join().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "which database to test on is for who runs it to say")]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
