//! Forgetting what is known of a customer, in plain Diesel against the seam's connection (`super::Conn`): no
//! backend is named here.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use orders_domain::{IdempotencyKey, OrderStatus, UserId};

use super::{
    super::{
        Forgotten, OpenError,
        rows::millis,
        schema::{events, order_cancellations, orders},
    },
    Conn, migrations,
};

/// How many orders are looked at at once: others write in between.
const AT_ONCE: i64 = 500;

/// Empties what is known of the customer in all orders of a user that have ended. It is no change of the orders:
/// their versions stay. Keys of requests that no longer count go too: the hash that is kept with one is of
/// all that was sent.
///
/// Each statement is a transaction by itself: what has ended does not begin again, and whoever is stopped goes on
/// where nothing was emptied.
pub fn forget(conn: &mut Conn, user: UserId, now: DateTime<Utc>) -> Result<Forgotten, OpenError> {
    migrations::refuse_other(conn)?;
    // First, so that an order that ends meanwhile is in this number or emptied, or both.
    let left = left(conn, user)?;
    let (mut emptied, mut after) = (0, 0);
    loop {
        let ids = ended_after(conn, user, after)?;
        let Some(last) = ids.last() else { return Ok(Forgotten { emptied, left }) };
        after = *last;
        emptied += empty(conn, &ids)?;
        forget_keys(conn, &ids, now - IdempotencyKey::KEPT)?;
    }
}

/// The words for what has ended.
fn ended() -> Vec<&'static str> {
    OrderStatus::ALL.into_iter().filter(|status| status.is_final()).map(OrderStatus::as_str).collect()
}

/// The next orders after an id that have ended.
fn ended_after(conn: &mut Conn, user: UserId, after: i64) -> QueryResult<Vec<i64>> {
    orders::table
        .filter(orders::user_id.eq(user.get()))
        .filter(orders::id.gt(after))
        .filter(orders::status.eq_any(ended()))
        .order(orders::id)
        .limit(AT_ONCE)
        .select(orders::id)
        .load(conn)
}

/// Empties these orders; in how many there was something.
fn empty(conn: &mut Conn, ids: &[i64]) -> QueryResult<i64> {
    let noted: Vec<i64> = order_cancellations::table
        .filter(order_cancellations::order_id.eq_any(ids))
        .filter(order_cancellations::note.is_not_null())
        .select(order_cancellations::order_id)
        .load(conn)?;
    let reached: Vec<i64> = orders::table
        .filter(orders::id.eq_any(ids))
        .filter(orders::email.is_not_null().or(orders::ship_to.is_not_null()))
        .select(orders::id)
        .load(conn)?;
    let said = order_cancellations::table.filter(order_cancellations::order_id.eq_any(&noted));
    diesel::update(said).set(order_cancellations::note.eq(None::<String>)).execute(conn)?;
    let nothing = (orders::email.eq(None::<String>), orders::ship_to.eq(None::<String>));
    diesel::update(orders::table.filter(orders::id.eq_any(&reached))).set(nothing).execute(conn)?;
    let emptied: BTreeSet<_> = noted.into_iter().chain(reached).collect();
    Ok(i64::try_from(emptied.len()).unwrap_or(i64::MAX))
}

/// Takes the keys from what happened to these orders before a moment.
fn forget_keys(conn: &mut Conn, ids: &[i64], before: DateTime<Utc>) -> QueryResult<()> {
    let keyed: Vec<i64> = events::table
        .filter(events::kind.eq("order"))
        .filter(events::subject.eq_any(ids))
        .filter(events::idempotency_key.is_not_null())
        .filter(events::at.lt(millis(before)))
        .select(events::id)
        .load(conn)?;
    let none = (events::idempotency_key.eq(None::<String>), events::request_fingerprint.eq(None::<Vec<u8>>));
    for keyed in keyed.chunks(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
        diesel::update(events::table.filter(events::id.eq_any(keyed))).set(none.clone()).execute(conn)?;
    }
    Ok(())
}

/// How many orders of a user that have not ended keep something.
fn left(conn: &mut Conn, user: UserId) -> QueryResult<i64> {
    let noted = order_cancellations::table
        .filter(order_cancellations::order_id.eq(orders::id))
        .filter(order_cancellations::note.is_not_null());
    orders::table
        .filter(orders::user_id.eq(user.get()))
        .filter(orders::status.ne_all(ended()))
        .filter(orders::email.is_not_null().or(orders::ship_to.is_not_null()).or(exists(noted)))
        .count()
        .get_result(conn)
}
