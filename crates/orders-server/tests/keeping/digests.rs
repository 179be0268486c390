//! Two databases that hold the same have the same digest, and two that do not have not.

use tempfile::TempDir;

use crate::{
    kept::{a_shop, backed_up, change, digest, done, restore, sha256},
    support::{Place, Server, orders, seed_at, url_of},
};

#[test]
fn a_file_its_copy_and_what_was_restored_have_the_same() {
    let folder = TempDir::new().unwrap();
    let (database, file) = (a_shop(folder.path()), folder.path().join("copy.sqlite"));
    backed_up(&database, &file);
    let again = folder.path().join("again.sqlite");
    done(restore(&file, &again));
    let expected = digest(&url_of(&database));
    let sum = sha256(&file);
    assert_eq!(digest(&url_of(&file)), expected);
    assert_eq!(sha256(&file), sum, "to look at a copy has changed it");
    assert_eq!(digest(&url_of(&again)), expected);
}

#[test]
fn what_was_transferred_to_postgresql_has_the_same() {
    let Some(place) = Place::postgres() else { return };
    let folder = TempDir::new().unwrap();
    let database = a_shop(folder.path());
    let mut transfer = orders();
    transfer.args(["transfer", "--from", &url_of(&database), "--to", &place.url()]);
    let said = done(transfer);
    let digest_of_file = digest(&url_of(&database));
    assert_eq!(digest(&place.url()), digest_of_file);
    assert!(
        said.contains(&format!("SHA-256 of all: {}", digest_of_file["all"]["sha256"].as_str().unwrap())),
        "{said}"
    );
}

#[test]
fn whatever_differs_is_seen_in_its_part_and_in_all() {
    let folder = TempDir::new().unwrap();
    let database = a_shop(folder.path());
    let parts = |digest: &serde_json::Value| digest["parts"].as_array().unwrap().clone();
    let mut last = digest(&url_of(&database));
    for (part, what) in [
        (
            "orders",
            "UPDATE order_products SET quantity = quantity + 1
             WHERE order_id = (SELECT min(id) FROM orders WHERE status = 'pending')",
        ),
        (
            "orders",
            "UPDATE events SET request_id = 'other' WHERE kind = 'order' AND subject = 7 AND version = 1",
        ),
        ("orders", "UPDATE orders SET email = 'other@example.org' WHERE id = 7"),
        ("products", "UPDATE products SET name = 'other' WHERE id = 1"),
        ("marketplaces", "UPDATE marketplaces SET name = 'other'"),
        ("consumers", "INSERT INTO consumers (name, cursor) VALUES ('mail', 1)"),
        ("messages", "INSERT INTO inbox (consumer, message_id, at) VALUES ('fulfilment', 1, 1)"),
    ] {
        change(&database, what);
        let now = digest(&url_of(&database));
        assert_ne!(now["all"], last["all"], "{what}");
        for (one, other) in parts(&now).iter().zip(&parts(&last)) {
            assert_eq!(one != other, one["name"] == part, "{what}: {one} {other}");
        }
        last = now;
    }
}

fn each_column_of_an_order_counts(place: &Place) {
    seed_at(&place.url(), 10);
    let change = |what: &str| match place {
        Place::File(_) => change(&place.file().unwrap(), what),
        Place::Postgres(database) => database.execute(what),
    };
    let parts = |digest: &serde_json::Value| digest["parts"].as_array().unwrap().clone();
    let mut last = digest(&place.url());
    for (part, table, set, of) in [
        ("orders", "orders", "marketplace = 'europe'", "id = 7"),
        ("orders", "orders", "chosen_by = 'country'", "id = 7"),
        ("orders", "orders", "locale = 'de-AT'", "id = 7"),
        ("orders", "order_products", "name = 'Shoe', model = NULL, name_from = 'default/en'", "order_id = 7"),
        ("orders", "order_products", "name = 'Boot'", "order_id = 7"),
        ("orders", "order_products", "model = 'B-1'", "order_id = 7"),
        ("orders", "order_products", "name_from = '/en'", "order_id = 7"),
        ("orders", "events", "marketplace = 'europe'", "kind = 'order' AND subject = 7 AND version = 1"),
        ("currency", "shop", "currency = 'EUR'", "id = 1"),
    ] {
        change(&format!("UPDATE {table} SET {set} WHERE {of}"));
        let now = digest(&place.url());
        assert_ne!(now["all"], last["all"], "{set}");
        for (one, other) in parts(&now).iter().zip(&parts(&last)) {
            assert_eq!(one != other, one["name"] == part, "{set}: {one} {other}");
        }
        last = now;
    }
}

#[test]
fn each_column_of_an_order_counts_in_a_file() {
    each_column_of_an_order_counts(&Place::file_in_a_folder());
}

#[test]
fn each_column_of_an_order_counts_in_postgresql() {
    if let Some(place) = Place::postgres() {
        each_column_of_an_order_counts(&place);
    }
}

#[test]
fn it_is_printed_for_people_too() {
    let place = Place::file_in_a_folder();
    let mut command = orders();
    seed_at(&place.url(), 3);
    command.args(["digest", "--database-url", &place.url()]);
    let (said, json) = (done(command), digest(&place.url()));
    let fields = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let first = fields(said.lines().next().unwrap());
    assert_eq!(first, ["orders", "3", json["parts"][0]["sha256"].as_str().unwrap()]);
    let all = fields(said.lines().rev().nth(1).unwrap());
    assert_eq!(all, ["all", &json["all"]["count"].to_string(), json["all"]["sha256"].as_str().unwrap()]);
    assert_eq!(fields(said.lines().last().unwrap()), ["last", "event", &json["lastEvent"].to_string()]);
    let sum: u64 = json["parts"].as_array().unwrap().iter().map(|part| part["count"].as_u64().unwrap()).sum();
    assert_eq!(json["all"]["count"], sum);
}

async fn is_of_one_moment_beside_a_server(place: &Place) {
    let server = Server::start_at(&place.url(), &[]);
    server.place(1, &[(9, 7)]).await;
    let url = place.url();
    let digesting = tokio::task::spawn_blocking(move || (0..10).map(|_| digest(&url)).collect::<Vec<_>>());
    while !digesting.is_finished() {
        server.place(1, &[(9, 7)]).await;
    }
    let mut last = 0;
    for digest in digesting.await.unwrap() {
        // An event for each order, and no other.
        let orders = digest["parts"][0]["count"].as_i64().unwrap();
        assert_eq!(digest["lastEvent"], orders, "{digest}");
        assert!(orders >= last);
        last = orders;
    }
    let rest = digest(&place.url());
    assert_eq!(digest(&place.url()), rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_server_it_is_of_one_moment() {
    is_of_one_moment_beside_a_server(&Place::file_in_a_folder()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_server_on_postgresql_it_is_of_one_moment() {
    if let Some(place) = Place::postgres() {
        is_of_one_moment_beside_a_server(&place).await;
    }
}
