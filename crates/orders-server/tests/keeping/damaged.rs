//! Copies that are not what was copied, or not what this program can serve.

use std::fs;

use tempfile::TempDir;

use crate::{
    kept::{a_shop, backed_up, change, ends, manifest_path, names, restore, sign_again},
    support::assert_refused,
};

#[test]
fn a_byte_that_has_changed_is_found_wherever_it_is() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    backed_up(&database, &file);
    let (whole, target) = (fs::read(&file).unwrap(), folder.path().join("new.sqlite"));
    for at in [0, 27, whole.len() / 3, whole.len() / 2, whole.len() - 1] {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        fs::write(&file, flipped).unwrap();
        assert_refused(restore(&file, &target), &["copy.sqlite is damaged: its SHA-256 is"]);
    }
    for length in [0, 4096, whole.len() - 1] {
        fs::write(&file, &whole[..length]).unwrap();
        assert_refused(restore(&file, &target), &[&format!("copy.sqlite has {length} bytes")]);
    }
    fs::write(&file, [&whole[..], b"more"].concat()).unwrap();
    assert_refused(restore(&file, &target), &["copy.sqlite has"]);
    assert!(!names(folder.path()).iter().any(|name| name.contains("new") || ends(name, "part")));
}

#[test]
fn a_manifest_that_is_none_is_refused() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    let manifest = backed_up(&database, &file);
    let target = folder.path().join("new.sqlite");
    let mut short = manifest.clone();
    short["sha256"] = "abc".into();
    let mut less = manifest.clone();
    less.as_object_mut().unwrap().remove("bytes");
    for (text, reason) in [
        (String::new(), "EOF"),
        ("{".to_owned(), "EOF"),
        (short.to_string(), "sha256 is \"abc\""),
        (less.to_string(), "missing field `bytes`"),
        (" ".repeat(1 << 17) + &manifest.to_string(), "EOF"),
    ] {
        fs::write(manifest_path(&file), text).unwrap();
        assert_refused(
            restore(&file, &target),
            &["cannot read the manifest", "copy.sqlite.manifest.json", reason],
        );
    }
    assert!(!target.exists());
}

#[test]
fn damage_from_before_the_copy_is_found_by_sqlite() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    backed_up(&database, &file);
    let target = folder.path().join("new.sqlite");
    let whole = fs::read(&file).unwrap();
    let mut torn = whole.clone();
    let middle = whole.len() / 2 / 4096 * 4096;
    torn[middle..middle + 4096].fill(0);
    fs::write(&file, torn).unwrap();
    sign_again(&file);
    assert_refused(restore(&file, &target), &["copy.sqlite is damaged: "]);
    fs::write(&file, whole).unwrap();
    change(
        &file,
        "PRAGMA foreign_keys = OFF; INSERT INTO order_products SELECT 888888800, 8888888, product_id, price, \
        quantity, name, model, name_from, price_from FROM order_products LIMIT 1",
    );
    sign_again(&file);
    assert_refused(restore(&file, &target), &["copy.sqlite is damaged: ", "order_products", "not there"]);
    assert!(!target.exists());
}

#[test]
fn orders_that_break_a_rule_are_found() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    // More was ordered than was delivered, which SQLite does not know.
    change(
        &database,
        "UPDATE order_products SET quantity = quantity + 1
         WHERE order_id = (SELECT min(id) FROM orders WHERE status = 'delivered')",
    );
    backed_up(&database, &file);
    let target = folder.path().join("new.sqlite");
    assert_refused(
        restore(&file, &target),
        &["copy.sqlite cannot be restored", "order.lines: orders/1 has other lines"],
    );
    assert!(!target.exists());
}

#[test]
fn a_schema_that_is_newer_than_the_program_is_refused() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    change(&database, "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000009')");
    assert_eq!(backed_up(&database, &file)["schema"], "29990101000009");
    let target = folder.path().join("new.sqlite");
    assert_refused(restore(&file, &target), &["copy.sqlite", "29990101000009", "made by a newer one"]);
    assert!(!target.exists());
}
