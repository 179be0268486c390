//! The commands, and what they leave behind.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use orders_adapters::hex::Hex;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{orders, seed, seed_thousands, url_of};

/// Enough that something can happen while it is copied, in thousands of orders.
const MANY: u32 = 20;

pub fn backup(database: &Path, file: &Path) -> Command {
    let mut command = orders();
    command.args(["backup", "--database-url", &url_of(database)]).arg(file);
    command
}

pub fn restore(file: &Path, target: &Path) -> Command {
    let mut command = orders();
    command.arg("restore").arg(file).arg("--to").arg(target);
    command
}

/// What a command says on stdout, which must succeed.
#[track_caller]
pub fn done(mut command: Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Makes a copy; its manifest.
#[track_caller]
pub fn backed_up(database: &Path, file: &Path) -> Value {
    let mut command = backup(database, file);
    command.arg("--json");
    let printed: Value = serde_json::from_str(&done(command)).unwrap();
    assert_eq!(printed, manifest(file));
    printed
}

pub fn manifest_path(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".manifest.json");
    path.into()
}

pub fn manifest(file: &Path) -> Value {
    serde_json::from_slice(&fs::read(manifest_path(file)).unwrap()).unwrap()
}

pub fn sha256(file: &Path) -> String {
    Hex(&Sha256::digest(fs::read(file).unwrap())).to_string()
}

/// Has the manifest of a copy that was changed say what it is now.
pub fn sign_again(file: &Path) {
    let mut manifest = manifest(file);
    manifest["sha256"] = sha256(file).into();
    manifest["bytes"] = fs::metadata(file).unwrap().len().into();
    fs::write(manifest_path(file), manifest.to_string()).unwrap();
}

/// What `orders digest` says of the database with this URL.
pub fn digest(url: &str) -> Value {
    let mut command = orders();
    command.args(["digest", "--json", "--database-url", url]);
    serde_json::from_str(&done(command)).unwrap()
}

/// The names of all that is in a folder.
pub fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Whether a file's name has this extension.
pub fn ends(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

/// A thousand orders in a file that no server has.
pub fn a_shop(folder: &Path) -> PathBuf {
    let file = folder.join("orders.sqlite");
    seed(&file);
    file
}

/// Twenty thousand.
pub fn a_large_shop(folder: &Path) -> PathBuf {
    let file = folder.join("orders.sqlite");
    seed_thousands(&file, MANY);
    file
}

pub fn change(database: &Path, what: &str) {
    SqliteConnection::establish(database.to_str().unwrap()).unwrap().batch_execute(what).unwrap();
}

/// Starts a command, and waits until something that is not whole yet is in this folder.
pub fn started(mut command: Command, folder: &Path) -> Child {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while !names(folder).iter().any(|name| ends(name, "part")) {
        assert_eq!(child.try_wait().unwrap(), None, "it has ended already");
        assert!(Instant::now() < deadline, "nothing is being made");
        std::thread::sleep(Duration::from_millis(1));
    }
    child
}

pub fn signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap().success());
}
