//! Where a copy is put, and where not.

use std::{fs, os::unix::fs::symlink, path::Path, process::Stdio};

use tempfile::TempDir;

use crate::{
    kept::{
        a_large_shop, a_shop, backed_up, change, digest, done, ends, manifest_path, names, restore, sha256,
        started,
    },
    support::{Server, assert_bad_setting, assert_in_use, assert_refused, orders, url_of},
};

/// A copy in a folder of its own.
fn a_copy(folder: &Path) -> std::path::PathBuf {
    let shop = TempDir::new().unwrap();
    let file = folder.join("copy.sqlite");
    backed_up(&a_shop(shop.path()), &file);
    file
}

#[test]
fn a_restored_database_is_the_copy_and_nothing_is_left_beside_it() {
    let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (file, target) = (a_copy(folder.path()), to.path().join("orders.sqlite"));
    let said = done(restore(&file, &target));
    assert!(said.contains("1000 orders, up to event "), "{said}");
    assert_eq!(sha256(&target), sha256(&file));
    assert_eq!(names(to.path()), ["orders.sqlite".to_owned()].into());
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_place_that_is_taken_stays_as_it_is() {
    let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (file, target) = (a_copy(folder.path()), to.path().join("orders.sqlite"));
    for taken in ["orders.sqlite", "orders.sqlite-wal", "orders.sqlite-shm", "orders.sqlite-journal"] {
        let path = to.path().join(taken);
        fs::write(&path, "mine").unwrap();
        assert_bad_setting(restore(&file, &target), &[&format!("{taken} is there already")]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::remove_file(&path).unwrap();
        symlink("nowhere", &path).unwrap();
        assert_bad_setting(restore(&file, &target), &[&format!("{taken} is there already")]);
        fs::remove_file(&path).unwrap();
    }
    assert_refused(restore(&file, &to.path().join("no/orders.sqlite")), &["there is no folder"]);
    assert_eq!(names(to.path()).len(), 0);
}

#[test]
fn the_place_of_a_running_server_is_in_use_and_a_lock_that_nobody_holds_is_not() {
    let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (file, target) = (a_copy(folder.path()), to.path().join("orders.sqlite"));
    let mut server = Server::start_on(&target, &[]);
    // Moved away under it, as nobody should.
    for name in names(to.path()).iter().filter(|name| !ends(name, "lock")) {
        fs::remove_file(to.path().join(name)).unwrap();
    }
    assert_in_use(restore(&file, &target), "orders.sqlite");
    server.signal("KILL");
    server.wait();
    done(restore(&file, &target));
    assert_eq!(sha256(&target), sha256(&file));
    fs::remove_file(&target).unwrap();
    fs::remove_file(to.path().join("orders.sqlite.lock")).unwrap();
    symlink("nowhere", to.path().join("orders.sqlite.lock")).unwrap();
    assert_refused(restore(&file, &target), &["orders.sqlite.lock", "symbolic link"]);
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let (folder, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (file, target) = (folder.path().join("copy.sqlite"), to.path().join("orders.sqlite"));
    backed_up(&a_large_shop(folder.path()), &file);
    let child = started(restore(&file, &target), to.path());
    fs::write(&target, "mine").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("orders.sqlite has appeared meanwhile"), "{said}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
    assert_eq!(names(to.path()).len(), 1);
}

#[test]
fn a_link_is_not_taken_for_a_copy() {
    let folder = TempDir::new().unwrap();
    let file = a_copy(folder.path());
    let (link, target) = (folder.path().join("latest.sqlite"), folder.path().join("new.sqlite"));
    symlink(&file, &link).unwrap();
    symlink(manifest_path(&file), manifest_path(&link)).unwrap();
    assert_refused(restore(&link, &target), &["latest.sqlite", "symbolic link"]);
    fs::remove_file(&link).unwrap();
    fs::copy(&file, &link).unwrap();
    assert_refused(restore(&link, &target), &["latest.sqlite.manifest.json", "symbolic link"]);
    assert!(!target.exists());
}

#[test]
fn a_copy_without_a_manifest_is_taken_only_if_that_is_said() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("by-hand.sqlite"));
    change(&database, &format!("VACUUM INTO '{}'", file.display()));
    let target = folder.path().join("new.sqlite");
    assert_bad_setting(restore(&file, &target), &["by-hand.sqlite has no manifest", "--without-manifest"]);
    let without = || {
        let mut command = restore(&file, &target);
        command.arg("--without-manifest");
        command
    };
    let log = folder.path().join("by-hand.sqlite-wal");
    fs::write(&log, "some of it").unwrap();
    assert_refused(without(), &["by-hand.sqlite-wal is a part of"]);
    assert!(!target.exists());
    fs::remove_file(&log).unwrap();
    done(without());
    assert_eq!(digest(&url_of(&target)), digest(&url_of(&database)));
}

#[test]
fn a_copy_that_does_not_agree_with_itself_is_taken_only_if_that_is_said() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    change(&database, "UPDATE orders SET current_total = 1 WHERE id = 7");
    backed_up(&database, &file);
    let target = folder.path().join("new.sqlite");
    assert_refused(
        restore(&file, &target),
        &["1 difference in what is stored; order.current_total: orders/7", "--accept-differences"],
    );
    assert!(!target.exists());
    let mut accepting = restore(&file, &target);
    accepting.arg("--accept-differences");
    done(accepting);
    assert_eq!(digest(&url_of(&target)), digest(&url_of(&database)));
}

#[test]
fn a_copy_is_checked_where_it_is_and_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let file = a_copy(folder.path());
    let (before, sum) = (names(folder.path()), sha256(&file));
    let check = || {
        let mut command = orders();
        command.args(["restore", "--check"]).arg(&file);
        command
    };
    assert!(done(check()).starts_with(&format!("{} can be restored\n1000 orders, ", file.display())));
    assert_eq!((names(folder.path()), sha256(&file)), (before, sum));
    fs::write(&file, "something else").unwrap();
    assert_refused(check(), &["copy.sqlite has 14 bytes"]);
    let mut neither = orders();
    neither.arg("restore").arg(&file).stderr(Stdio::null());
    assert_eq!(neither.status().unwrap().code(), Some(2));
}
