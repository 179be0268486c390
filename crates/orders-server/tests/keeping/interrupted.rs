//! Copies that are cut short.

use std::{fs, os::unix::fs::symlink, path::Path, time::Duration};

use tempfile::TempDir;

use crate::{
    kept::{a_large_shop, a_shop, backed_up, backup, done, manifest_path, names, restore, signal, started},
    support::{assert_bad_setting, ends_within, orders, url_of},
};

/// Nothing that has a backup's name.
fn assert_no_backup(folder: &Path) {
    let found = names(folder);
    assert!(found.iter().all(|name| name.starts_with('.')), "{found:?}");
}

#[test]
fn a_backup_that_is_told_to_end_ends_and_leaves_nothing() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_large_shop(shop.path()), folder.path().join("copy.sqlite"));
    for told in ["TERM", "INT"] {
        let mut child = started(backup(&database, &file), folder.path());
        signal(&child, told);
        assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(1));
        assert_eq!(names(folder.path()).len(), 0);
    }
    assert!(!names(shop.path()).iter().any(|name| name.ends_with("-wal")));
}

#[test]
fn a_backup_that_was_killed_leaves_nothing_that_is_taken_for_one_and_the_next_one_cleans_up() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_large_shop(shop.path()), folder.path().join("copy.sqlite"));
    let mut child = started(backup(&database, &file), folder.path());
    signal(&child, "KILL");
    child.wait().unwrap();
    assert_no_backup(folder.path());
    let left = names(folder.path()).pop_first().unwrap();
    let part = folder.path().join(&left);
    let target = folder.path().join("new.sqlite");
    assert_bad_setting(restore(&part, &target), &["has no manifest"]);
    // Somebody else's stays.
    let others = [".other.sqlite.aaaaaa.part", ".copy.sqlite.part", "copy.sqlite.aaaaaa.part"];
    for other in others {
        fs::write(folder.path().join(other), "").unwrap();
    }
    backed_up(&database, &file);
    let found = names(folder.path());
    assert!(!found.contains(&left) && others.iter().all(|other| found.contains(*other)), "{found:?}");
}

#[test]
fn a_copy_that_was_killed_between_its_name_and_its_manifest_is_not_in_the_way() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_shop(shop.path()), folder.path().join("copy.sqlite"));
    let ready = folder.path().join(".copy.sqlite.manifest.json.aaaaaa.part");
    backed_up(&database, &file);
    fs::rename(manifest_path(&file), &ready).unwrap();
    backed_up(&database, &file);
    assert!(!ready.exists());
    // Nor is it taken for one if it is something else.
    fs::rename(manifest_path(&file), &ready).unwrap();
    fs::write(&file, "mine").unwrap();
    assert_bad_setting(backup(&database, &file), &["copy.sqlite is there already"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn what_only_looks_like_a_part_is_left_alone() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let file = folder.path().join("copy.sqlite");
    let [inside, link] = ["aaaaaa", "bbbbbb"].map(|letters| format!(".copy.sqlite.{letters}.part"));
    fs::create_dir(folder.path().join(inside)).unwrap();
    symlink("nowhere", folder.path().join(link)).unwrap();
    backed_up(&a_shop(shop.path()), &file);
    assert_eq!(names(folder.path()).len(), 4);
}

#[test]
fn of_two_backups_at_once_the_one_does_not_take_the_others_file_for_left() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_large_shop(shop.path()), folder.path().join("copy.sqlite"));
    let first = started(backup(&database, &file), folder.path());
    let second = backup(&database, &file).output().unwrap();
    let first = first.wait_with_output().unwrap();
    // Whoever is done first has the name.
    assert!(first.status.success() != second.status.success());
    let loser = if first.status.success() { second } else { first };
    let said = String::from_utf8(loser.stderr).unwrap();
    assert!(said.contains("File exists") || said.contains("is there already"), "{said}");
    assert_eq!(names(folder.path()).len(), 2);
}

#[test]
fn a_check_that_is_told_to_end_leaves_nothing_of_the_second_copy() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_large_shop(shop.path()), folder.path().join("copy.sqlite"));
    let mut down = orders();
    down.args(["migrate", "down", "--lose-orders", "--database-url", &url_of(&database)]);
    done(down);
    backed_up(&database, &file);
    let before = names(folder.path());
    for told in ["TERM", "INT"] {
        let mut check = orders();
        check.args(["restore", "--check"]).arg(&file);
        let mut child = started(check, folder.path());
        signal(&child, told);
        assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(1));
        assert_eq!(names(folder.path()), before);
    }
}

#[test]
fn a_restore_that_is_told_to_end_ends_and_leaves_nothing() {
    let (shop, folder) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (database, file) = (a_large_shop(shop.path()), shop.path().join("copy.sqlite"));
    backed_up(&database, &file);
    let target = folder.path().join("new.sqlite");
    let mut child = started(restore(&file, &target), folder.path());
    signal(&child, "TERM");
    assert_eq!(ends_within(&mut child, Duration::from_secs(20)).code(), Some(1));
    assert_eq!(names(folder.path()).len(), 0);
}
