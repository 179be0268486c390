//! Orders with all that is stored of them, many at a time, for whoever looks whether it agrees with itself: against
//! the seam's connection (`super::Conn`). No backend is named here.

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Nullable},
};
use orders_domain::{
    InvalidInput, OrderId,
    audit::{Difference, DifferenceKind as Kind, order::StoredOrder},
};

use super::{
    super::{
        audit::Stretch,
        rows::audited::{CANCELLED, Known, PART},
        schema::orders,
    },
    Conn,
    belonging::Page,
};

/// Orders that are looked at at once.
const AT_ONCE: i64 = 2_000;

/// The newest order's number, or 0.
pub fn newest(conn: &mut Conn) -> QueryResult<i64> {
    let newest = orders::table.order(orders::id.desc()).select(orders::id).first(conn).optional()?;
    Ok(newest.unwrap_or_default())
}

/// The next orders after one; `None` behind the last.
pub fn stretch(conn: &mut Conn, after: i64, newest: i64) -> QueryResult<Option<Stretch>> {
    let ids = format!(
        "(SELECT max(id) FROM (SELECT id FROM orders WHERE id > {after} AND id <= {newest} ORDER BY id LIMIT {AT_ONCE}) \
         AS next)"
    );
    let last: Option<i64> = diesel::select(sql::<Nullable<BigInt>>(&ids)).get_result(conn)?;
    Ok(last.map(|last| Stretch { after, last }))
}

/// Every order that can be read goes to `each`; what cannot be is a difference. How many there are.
pub fn read(
    conn: &mut Conn,
    stretch: Stretch,
    found: &mut Vec<Difference>,
    mut each: impl FnMut(StoredOrder, &mut Vec<Difference>),
) -> QueryResult<u64> {
    let mut page = Page::read(conn, stretch, found)?;
    let orders = std::mem::take(&mut page.orders);
    let count = orders.len();
    let mut known = Known::default();
    for row in orders {
        let id = row.0;
        page.skip_to(id, found);
        match page.next(row, &mut known, found) {
            Ok(stored) => each(stored, found),
            Err(error) => found.push(unreadable(id, &error)),
        }
    }
    page.skip_to(i64::MAX, found);
    Ok(count as u64)
}

/// Looks at some orders; how many there are.
pub fn examine(conn: &mut Conn, stretch: Stretch, found: &mut Vec<Difference>) -> QueryResult<u64> {
    let before =
        format!("(SELECT order_date FROM orders WHERE id <= {} ORDER BY id DESC LIMIT 1)", stretch.after);
    let mut before: Option<i64> = diesel::select(sql::<Nullable<BigInt>>(&before)).get_result(conn)?;
    read(conn, stretch, found, |stored, found| {
        found.extend(stored.differences());
        let placed = stored.ordered_at.timestamp_millis();
        if before.is_some_and(|before| before > placed) {
            found.push(Difference::of_order(
                Kind::OrderDate,
                stored.id,
                "is dated before the order in front of it",
            ));
        }
        before = before.max(Some(placed));
    })
}

/// An order that cannot be read. Of what is personal nothing is said.
fn unreadable(id: i64, error: &InvalidInput) -> Difference {
    match error.what {
        PART => of_order(Kind::ParcelPart, id, format!("has a parcel in which {}", error.reason)),
        CANCELLED => {
            of_order(Kind::CancellationPart, id, format!("has a cancellation in which {}", error.reason))
        }
        "email" | "ship_to" | "externalId" => {
            of_order(Kind::OrderUnreadable, id, format!("has no {} that can be read", error.what))
        }
        _ => of_order(Kind::OrderUnreadable, id, format!("cannot be read: {error}")),
    }
}

/// The difference of an order of this number, which may be none.
pub fn of_order(kind: Kind, id: i64, reason: String) -> Difference {
    match OrderId::try_from(id) {
        Ok(order) => Difference::of_order(kind, order, reason),
        Err(_) => Difference::new(kind, format_args!("orders/{id}"), reason),
    }
}
