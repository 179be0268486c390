//! What was counted, row by row.

use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Text},
    sqlite::Sqlite,
};
use orders_domain::analytics::Rollups;

use super::{super::rows::rollup::RollupRow, Conn};

/// Adds figures to those that are there.
pub fn add(conn: &mut Conn, rollups: &Rollups) -> QueryResult<()> {
    for ((span, key), figures) in &rollups.spread() {
        Add(RollupRow::of(*span, key, figures)).execute(conn)?;
    }
    Ok(())
}

struct Add<'a>(RollupRow<'a>);

impl QueryId for Add<'_> {
    type QueryId = Add<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for Add<'_> {}

impl QueryFragment<Sqlite> for Add<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let Self(RollupRow { kind, span, quarter, marketplace, currency, product, figures }) = self;
        out.push_sql("INSERT INTO rollups VALUES (");
        out.push_bind_param::<Text, _>(*kind)?;
        for number in [span, quarter] {
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(number)?;
        }
        for text in [marketplace, currency] {
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(*text)?;
        }
        for number in [product].into_iter().chain(figures) {
            out.push_sql(", ");
            out.push_bind_param::<BigInt, _>(number)?;
        }
        out.push_sql(
            ") ON CONFLICT (kind, span, quarter, marketplace, currency, product_id) DO UPDATE SET \
             orders = orders + excluded.orders, units = units + excluded.units, \
             gross = gross + min(excluded.gross, 9223372036854775807 - gross), \
             cancelled = cancelled + excluded.cancelled, shipped = shipped + excluded.shipped, \
             timed = timed + excluded.timed, \
             ship_seconds = ship_seconds + min(excluded.ship_seconds, 9223372036854775807 - ship_seconds)",
        );
        Ok(())
    }
}
