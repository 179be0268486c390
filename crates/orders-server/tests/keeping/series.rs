//! One copy after the other.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;

use crate::{
    kept::{a_shop, backup, ends, manifest, manifest_path, names, signal},
    support::{assert_bad_setting, ends_within, failure, under},
};

/// A command that goes on, and its lines: of stdout, and of stderr after `error: `.
fn going_on(mut command: Command) -> (Child, Receiver<String>) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (tell, told) = channel();
    let (out, errors) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let tell_too = tell.clone();
    std::thread::spawn(move || {
        BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    std::thread::spawn(move || {
        BufReader::new(errors).lines().map_while(Result::ok).for_each(|line| drop(tell_too.send(line)));
    });
    (child, told)
}

fn next(told: &Receiver<String>) -> String {
    told.recv_timeout(Duration::from_mins(1)).unwrap()
}

fn every(database: &Path, file: &Path, more: &[&str]) -> Command {
    let mut command = backup(database, file);
    command.args(["--every", "1s"]).args(more);
    command
}

#[test]
fn the_newest_ones_are_kept_and_of_others_nothing_is_deleted() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_shop(shop.path()), folder.path().join("orders.sqlite"));
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    // Without a manifest, with one that is not of it, with one that was made for another name, and no copy at all.
    write("orders-20200101T000000Z.sqlite", "mine");
    write("orders-20200102T000000Z.sqlite", "mine");
    let other = json!({"file": "orders-20200102T000000Z.sqlite", "sha256": "0".repeat(64), "bytes": 5, "schema": "",
        "version": "", "orders": 0, "lastEvent": 0, "time": ""});
    write("orders-20200102T000000Z.sqlite.manifest.json", &other.to_string());
    write("orders-20200103T000000Z.sqlite", "other");
    write("orders-20200103T000000Z.sqlite.manifest.json", &other.to_string());
    write("orders.sqlite", "mine");
    // What a killed one has left.
    write(".orders-20200101T000000Z.sqlite.aaaaaa.part", "some");
    write(".orders-20200101T000000Z.sqlite.manifest.json.aaaaaa.part", "some");
    let mut before = names(folder.path());
    before.retain(|name| !ends(name, "part"));

    let (mut child, told) = going_on(every(&database, &file, &["--keep", "2", "--json"]));
    let made: Vec<String> = (0..4)
        .map(|_| {
            serde_json::from_str::<serde_json::Value>(&next(&told)).unwrap()["file"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    signal(&child, "TERM");
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(0));
    let mut expected = before;
    let more: Vec<String> = told.iter().filter(|line| line.starts_with('{')).collect();
    assert!(made.is_sorted() && more.len() < 3, "{made:?} {more:?}");
    let kept: Vec<_> = names(folder.path()).difference(&expected).cloned().collect();
    assert_eq!(kept.len(), 4, "{kept:?}");
    for copy in kept.iter().filter(|name| !ends(name, "json")) {
        assert!(!made[..2].contains(copy), "{copy} is old");
        assert_eq!(manifest(&folder.path().join(copy))["file"], **copy);
        expected.extend([copy.clone(), format!("{copy}.manifest.json")]);
    }
    assert_eq!(names(folder.path()), expected);
}

#[test]
fn after_a_failure_the_next_one_is_made() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_shop(shop.path()), folder.path().join("orders.sqlite"));
    // Without this the system ends a process that writes beyond the limit.
    let ignoring = ["sh", "-c", "trap '' XFSZ && exec \"$@\"", "sh"];
    let limit = |pid: u32, bytes: &str| {
        let set =
            Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")]).status();
        set.is_ok_and(|status| status.success())
    };
    let (mut child, told) = going_on(under(&ignoring, &every(&database, &file, &[])));
    assert!(next(&told).starts_with("copied 1000 orders"));
    if !limit(child.id(), "65536") {
        child.kill().unwrap();
        child.wait().unwrap();
        println!("skipped: prlimit cannot be used here");
        return;
    }
    let failed = std::iter::from_fn(|| Some(next(&told))).find(|line| line.starts_with("error: ")).unwrap();
    assert!(failed.contains("cannot write") && failed.contains("File too large"), "{failed}");
    assert!(limit(child.id(), "unlimited"));
    assert!(std::iter::from_fn(|| Some(next(&told))).any(|line| line.starts_with("copied 1000 orders")));
    signal(&child, "INT");
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(0));
    for name in &names(folder.path()) {
        assert!(name.starts_with("orders-") && !ends(name, "part"), "{name}");
        assert!(ends(name, "json") || manifest_path(&folder.path().join(name)).exists(), "{name}");
    }
}

#[test]
fn old_ones_are_deleted_where_nothing_can_be_said() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut command = every(&a_shop(shop.path()), &folder.path().join("orders"), &["--keep", "1"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut child = command.stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    // Each is said not to have been said, once those before it are gone.
    for _ in 0..3 {
        let line = said.next().unwrap();
        assert!(line.contains("No space left on device"), "{line}");
    }
    signal(&child, "TERM");
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(0));
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn one_that_waits_ends_when_it_is_told_to() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut command = backup(&a_shop(shop.path()), &folder.path().join("orders"));
    command.args(["--every", "1d"]);
    let (mut child, told) = going_on(command);
    assert!(next(&told).contains("/orders-20"));
    signal(&child, "TERM");
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(0));
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = TempDir::new().unwrap();
    let database = a_shop(folder.path());
    let file = folder.path().join("copy.sqlite");
    let with = |more: &[&str]| {
        let mut command = backup(&database, &file);
        command.args(more);
        command
    };
    assert_bad_setting(with(&["--every", "1w"]), &["--every", "\"1w\"", "such as 90s, 30m, 1h or 1d"]);
    assert_bad_setting(with(&["--every", "1h", "--keep", "0"]), &["--keep", "\"0\""]);
    let (code, said) = failure(with(&["--keep", "2"]));
    assert!(code == Some(2) && said.contains("--every"), "{said}");
}
