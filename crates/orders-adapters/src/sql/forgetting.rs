//! Forgetting what is known of a customer, in plain Diesel against the seam's connection (`super::Conn`): no
//! backend is named here.

use std::collections::BTreeSet;

use diesel::{dsl::exists, prelude::*};
use orders_domain::{OrderStatus, UserId};

use super::{
    super::{
        Forgotten, OpenError,
        schema::{order_cancellations, orders},
    },
    Conn, migrations,
};

/// How many orders are looked at in a transaction: others write in between.
const AT_ONCE: i64 = 500;

/// Empties what is known of the customer in all orders of a user that have ended. It is no change of the orders:
/// their versions stay.
pub fn forget(conn: &mut Conn, user: UserId) -> Result<Forgotten, OpenError> {
    migrations::refuse_other(conn)?;
    let (mut emptied, mut after) = (0, 0);
    loop {
        let (seen, count) = conn.transaction(|conn| some(conn, user, after))?;
        emptied += count;
        match seen {
            Some(last) => after = last,
            None => break,
        }
    }
    Ok(Forgotten { emptied, left: left(conn, user)? })
}

/// The words for what has ended.
fn ended() -> Vec<&'static str> {
    OrderStatus::ALL.into_iter().filter(|status| status.is_final()).map(OrderStatus::as_str).collect()
}

/// The same in the next ones after an id: the last that was looked at, if there is one, and how many had something.
fn some(conn: &mut Conn, user: UserId, after: i64) -> QueryResult<(Option<i64>, i64)> {
    let ids: Vec<i64> = orders::table
        .filter(orders::user_id.eq(user.get()))
        .filter(orders::id.gt(after))
        .filter(orders::status.eq_any(ended()))
        .order(orders::id)
        .limit(AT_ONCE)
        .select(orders::id)
        .load(conn)?;
    let noted: Vec<i64> = order_cancellations::table
        .filter(order_cancellations::order_id.eq_any(&ids))
        .filter(order_cancellations::note.is_not_null())
        .select(order_cancellations::order_id)
        .load(conn)?;
    let reached: Vec<i64> = orders::table
        .filter(orders::id.eq_any(&ids))
        .filter(orders::email.is_not_null().or(orders::ship_to.is_not_null()))
        .select(orders::id)
        .load(conn)?;
    let said = order_cancellations::table.filter(order_cancellations::order_id.eq_any(&noted));
    diesel::update(said).set(order_cancellations::note.eq(None::<String>)).execute(conn)?;
    let nothing = (orders::email.eq(None::<String>), orders::ship_to.eq(None::<String>));
    diesel::update(orders::table.filter(orders::id.eq_any(&reached))).set(nothing).execute(conn)?;
    let emptied: BTreeSet<_> = noted.into_iter().chain(reached).collect();
    Ok((ids.last().copied(), i64::try_from(emptied.len()).unwrap_or(i64::MAX)))
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
