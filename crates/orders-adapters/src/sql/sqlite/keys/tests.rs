use diesel::connection::SimpleConnection;
use orders_domain::{Actor, EventType};
use tempfile::TempDir;

use super::{
    super::{
        super::rows::event::{NewEventRow, data_of_placing},
        tests::database,
    },
    *,
};
use crate::sample::{at, key, n, new_order};

/// Stores the event (id, date) of an order that user 1 has placed with a key of this text.
fn place(conn: &mut Conn, id: i64, made: DateTime<Utc>, text: &str) {
    let (new, made_by, origin) = (new_order(1, made), key(text, 1), Actor::User(n(1)).into());
    let data = data_of_placing(new.lines());
    let said = (EventType::Placed, data.as_str());
    let order = new.clone().with_id(n(id));
    events::insert(conn, NewEventRow::of(id, &order, said, &origin, Some(&made_by))).unwrap();
}

/// A database with events (id, date) that user 1 made with a key each, its text as given.
fn with_orders(made: &[(i64, DateTime<Utc>, &str)]) -> (TempDir, Conn) {
    let folder = tempfile::tempdir().unwrap();
    let mut conn = database(folder.path());
    for (id, date, text) in made {
        place(&mut conn, *id, *date, text);
    }
    (folder, conn)
}

/// A database in which user 1 made so many events at one moment with the keys `1`, `2`, ….
fn with_many_at_once(count: i64) -> (TempDir, Conn) {
    let (folder, mut conn) = with_orders(&[]);
    let date = millis(at(0));
    conn.batch_execute(&format!(
        "WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers WHERE id < {count})
         INSERT INTO events SELECT id, 'order', id, 1, 'placed', {date}, 'user', 1, NULL, '{{}}', id, x'00', NULL, NULL FROM numbers"
    ))
    .unwrap();
    (folder, conn)
}

fn made(keys: &Keys, user: i64, text: &str) -> Option<i64> {
    keys.event(n(user), &key(text, 1).key)
}

#[test]
fn the_keys_of_the_last_day_are_loaded_for_their_user() {
    let (_folder, mut conn) =
        with_orders(&[(1, at(0), "older"), (2, at(1), "day-old"), (3, at(2), "kept"), (4, at(2), "too")]);
    let keys = Keys::load(&mut conn, at(1) + IdempotencyKey::KEPT, 4).unwrap();
    let found = ["older", "day-old", "kept", "too", "none"].map(|text| made(&keys, 1, text));
    assert_eq!(found, [None, None, Some(3), Some(4), None]);
    assert_eq!(made(&keys, 2, "kept"), None);
}

#[test]
fn of_two_orders_with_one_key_the_later_one_is_loaded() {
    let (_folder, mut conn) =
        with_orders(&[(1, at(0), "a"), (2, at(0), "a"), (3, at(1), "b"), (4, at(2), "b")]);
    let keys = Keys::load(&mut conn, at(0), 4).unwrap();
    assert_eq!((made(&keys, 1, "a"), made(&keys, 1, "b")), (Some(2), Some(4)));
}

#[test]
fn every_key_is_loaded_however_many_there_are_of_one_moment() {
    let count = 2 * LOAD + 1;
    let (_folder, mut conn) = with_many_at_once(count);
    let keys = Keys::load(&mut conn, at(0), count).unwrap();
    for id in [1, LOAD, LOAD + 1, count] {
        assert_eq!(made(&keys, 1, &id.to_string()), Some(id));
    }
    assert_eq!(keys.len(), usize::try_from(count).unwrap());
}

#[test]
fn an_insertion_that_is_rolled_back_leaves_what_was_before() {
    let (a, b) = (key("a", 1).key, key("b", 1).key);
    let mut keys = Keys::default();
    keys.insert(n(1), &a, 1);
    keys.committed(1);
    keys.insert(n(1), &a, 2);
    let kept = keys.uncommitted();
    keys.insert(n(1), &a, 3);
    keys.insert(n(1), &b, 4);

    keys.roll_back_to(kept);
    assert_eq!((made(&keys, 1, "a"), made(&keys, 1, "b")), (Some(2), None));
    keys.roll_back_to(0);
    assert_eq!(made(&keys, 1, "a"), Some(1));
    keys.roll_back_to(0);
    assert_eq!((made(&keys, 1, "a"), keys.uncommitted()), (Some(1), 0));
}

#[test]
fn a_key_stays_for_24_hours_of_the_process_and_is_forgotten_after_36() {
    let (hours, mut keys) = (Duration::from_hours, Keys::default());
    for (hour, text) in [(0, "first"), (11, "last-of-its-half"), (12, "next-half")] {
        keys.turn(hours(hour));
        keys.insert(n(1), &key(text, 1).key, 1);
        keys.committed(1);
    }
    for (hour, expected) in [(24, 3), (35, 3), (36, 1), (47, 1), (48, 0)] {
        keys.turn(hours(hour));
        assert_eq!(keys.len(), expected, "after {hour} hours");
    }
    keys.insert(n(1), &key("a", 1).key, 1);
    keys.turn(hours(48_000));
    assert_eq!(keys.len(), 0);
}

#[test]
fn a_key_that_was_made_again_stands_for_the_later_order() {
    let (a, mut keys) = (key("a", 1).key, Keys::default());
    keys.insert(n(1), &a, 1);
    keys.turn(TURN);
    keys.insert(n(1), &a, 2);
    assert_eq!(made(&keys, 1, "a"), Some(2));
    keys.roll_back_to(1);
    assert_eq!(made(&keys, 1, "a"), Some(1));
}

#[test]
fn what_others_have_stored_since_is_caught_up_with() {
    let (_folder, mut conn) = with_orders(&[(1, at(0), "a")]);
    let mut keys = Keys::load(&mut conn, at(0), 1).unwrap();
    // A change of an order that is dated before others comes after them all the same.
    place(&mut conn, 2, at(-10), "b");
    keys.catch_up(&mut conn).unwrap();
    assert_eq!((made(&keys, 1, "a"), made(&keys, 1, "b"), keys.len()), (Some(1), Some(2), 2));
}

#[test]
fn a_key_takes_at_most_60_bytes_and_a_growth_moves_less_than_a_thousandth_of_them() {
    let mut keys = Keys::default();
    for number in 1..=400_000_u32 {
        let digest = digest(1, &number.to_string());
        keys.generations[0].part_mut(&digest).insert(digest, 1);
        if number < 100_000 || !number.is_multiple_of(10_000) {
            continue;
        }
        let (number, parts) = (usize::try_from(number).unwrap(), &keys.generations[0].0);
        let places: usize = parts.iter().map(|part| part.0.capacity()).sum();
        // Each part is known by its place, its length and its capacity, and so are those of the others.
        let bytes = places * size_of::<(KeyDigest, i64)>() + GENERATIONS * PARTS * size_of::<Part>();
        assert!(bytes <= 60 * number, "{bytes} bytes for {number}");
        assert!(parts.iter().all(|part| part.0.len() < number / 1000));
    }
}

#[test]
fn forgotten_keys_are_given_back_some_parts_at_a_time() {
    let mut keys = Keys::default();
    keys.insert(n(1), &key("a", 1).key, 1);
    keys.turn(TURN * 3);
    assert_eq!((keys.len(), keys.leaving.len()), (0, 3 * PARTS));
    keys.turn(TURN * 3);
    assert_eq!(keys.leaving.len(), 3 * PARTS - GIVEN_BACK);
}
