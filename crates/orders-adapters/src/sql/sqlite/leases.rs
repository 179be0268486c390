//! Whose a consumer is to work off.

use diesel::prelude::*;
use orders_domain::{
    Consumer,
    delivery::{Holder, Leased},
};

use super::{
    super::{
        rows::{consumer::LeasedRow, corrupt},
        schema::consumers,
    },
    Conn,
    consumers::find,
};

/// How far a consumer has come, if it is one. Nobody else can change it.
pub fn locked(conn: &mut Conn, consumer: Consumer) -> QueryResult<Option<Leased>> {
    find(conn, consumer)
}

/// The same, if it is this one's.
pub fn held(conn: &mut Conn, consumer: Consumer, holder: &Holder) -> QueryResult<Option<Leased>> {
    let row = consumers::table.find(consumer.to_string()).filter(consumers::holder.eq(holder.as_str()));
    let row: Option<LeasedRow> = row.select(LeasedRow::as_select()).first(conn).optional()?;
    row.map(Leased::try_from).transpose().map_err(corrupt)
}

/// Makes it this one's, if it is a consumer.
pub fn lease(conn: &mut Conn, consumer: Consumer, holder: &Holder) -> QueryResult<Option<Leased>> {
    diesel::update(consumers::table.find(consumer.to_string()))
        .set(consumers::holder.eq(Some(holder.as_str())))
        .execute(conn)?;
    locked(conn, consumer)
}

/// Stores how far it has come.
pub fn store(conn: &mut Conn, consumer: Consumer, leased: &Leased) -> QueryResult<()> {
    let row = consumers::table.find(consumer.to_string());
    diesel::update(row).set(LeasedRow::from(leased)).execute(conn).map(drop)
}
