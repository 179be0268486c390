//! What is looked at, what is said, and with which code.

use std::fs;

use tempfile::TempDir;

use crate::{
    shop::{Shop, shops},
    support::{Place, failure, orders, url_of},
};

/// What is said where it could not be looked.
fn unseen(url: &str) -> String {
    let mut doctor = orders();
    doctor.args(["doctor", "--database-url", url]);
    let (code, said) = failure(doctor);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.starts_with("error: it could not be found out") && said.lines().count() == 1, "{said}");
    said
}

#[test]
fn where_there_is_nothing_to_look_at_it_says_so_and_makes_nothing() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing.sqlite");
    assert!(unseen(&url_of(&missing)).contains("missing.sqlite"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let other = folder.path().join("other.sqlite");
    fs::write(&other, "not a database, but long enough to be taken for one by its size").unwrap();
    assert!(unseen(&url_of(&other)).contains("file is not a database"));
    for shop in shops() {
        shop.run(&["migrate"]);
        shop.run(&["migrate", "down", "--lose-orders"]);
        assert!(unseen(&shop.place.url()).contains("has not this program's schema yet"));
    }
}

#[test]
fn a_file_is_looked_at_and_stays_as_it_is() {
    let shop = Shop { place: Place::file_in_a_folder() };
    shop.run(&["seed", "--orders", "50"]);
    let file = shop.place.file().unwrap();
    shop.plant("PRAGMA journal_mode = DELETE");
    let (before, files) = (fs::read(&file).unwrap(), fs::read_dir(file.parent().unwrap()).unwrap().count());
    shop.assert_clean();
    assert!(fs::read(&file).unwrap() == before, "the file was changed");
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), files);
}

#[test]
fn people_are_shown_the_first_of_each_kind_and_how_many_more_there_are() {
    for shop in shops() {
        shop.run(&["seed", "--orders", "60"]);
        let said = shop.run(&["doctor"]);
        assert!(said.ends_with(": 60 orders, and everything else, without a difference\n"), "{said}");
        shop.plant("UPDATE orders SET current_total = 1");
        let output = shop.output(&["doctor", "--most", "2"]);
        let (said, error) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        let lines: Vec<_> = said.lines().collect();
        assert_eq!(lines.len(), 4, "{said}");
        assert!(lines[0].starts_with("order.current_total: orders/1 says something else"), "{said}");
        assert_eq!(lines[2], "order.current_total: 58 more");
        assert_eq!(lines[3], "  --repair: the column is set");
        assert_eq!(output.status.code(), Some(1));
        assert!(error.starts_with("error: 60 differences in "), "{error}");
        let said = shop.run(&["doctor", "--repair"]);
        assert!(said.starts_with("repaired 60 differences\n"), "{said}");
        shop.assert_clean();
    }
}

#[test]
fn a_file_that_a_server_has_is_not_repaired() {
    let shop = Shop { place: Place::file_in_a_folder() };
    shop.run(&["seed", "--orders", "5"]);
    shop.plant("UPDATE orders SET current_total = 1");
    let _server = crate::support::Server::start_at(&shop.place.url(), &[]);
    let mut doctor = orders();
    doctor.args(["doctor", "--repair", "--database-url", &shop.place.url()]);
    let (code, said) = failure(doctor);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("is in use by another server"), "{said}");
}
