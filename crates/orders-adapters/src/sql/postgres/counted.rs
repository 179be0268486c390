//! What was counted, all of it at once.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Text},
};
use orders_domain::analytics::Rollups;

use super::{
    super::rows::rollup::RollupRow,
    Conn,
    pieces::{Sql, statement},
};

type Big = Array<BigInt>;
type Texts = Array<Text>;

/// Adds figures to those that are there.
pub fn add(conn: &mut Conn, rollups: &Rollups) -> QueryResult<()> {
    if rollups.is_empty() {
        return Ok(());
    }
    let spread = rollups.spread();
    let mut add = Add::default();
    for ((span, key), figures) in &spread {
        add.push(RollupRow::of(*span, key, figures));
    }
    add.execute(conn).map(drop)
}

/// What is added, by column.
#[derive(Default)]
struct Add<'a> {
    kind: Vec<&'static str>,
    span: Vec<i64>,
    quarter: Vec<i64>,
    marketplace: Vec<&'a str>,
    currency: Vec<&'a str>,
    product: Vec<i64>,
    figures: [Vec<i64>; 7],
}

statement!(Add);

impl<'a> Add<'a> {
    fn push(&mut self, row: RollupRow<'a>) {
        self.kind.push(row.kind);
        self.span.push(row.span);
        self.quarter.push(row.quarter);
        self.marketplace.push(row.marketplace);
        self.currency.push(row.currency);
        self.product.push(row.product);
        for (column, number) in self.figures.iter_mut().zip(row.figures) {
            column.push(number);
        }
    }
}

impl QueryFragment<Pg> for Add<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("INSERT INTO rollups AS kept SELECT * FROM unnest(")
            .bind::<Texts, _>(&self.kind)?
            .text(", ");
        sql.bind::<Big, _>(&self.span)?.text(", ");
        sql.bind::<Big, _>(&self.quarter)?.text(", ");
        sql.bind::<Texts, _>(&self.marketplace)?.text(", ");
        sql.bind::<Texts, _>(&self.currency)?.text(", ");
        sql.bind::<Big, _>(&self.product)?;
        for column in &self.figures {
            sql.text(", ").bind::<Big, _>(column)?;
        }
        sql.text(
            ") ON CONFLICT (kind, span, quarter, marketplace, currency, product_id) DO UPDATE SET \
             orders = kept.orders + excluded.orders, units = kept.units + excluded.units, \
             gross = kept.gross + least(excluded.gross, 9223372036854775807 - kept.gross), \
             cancelled = kept.cancelled + excluded.cancelled, shipped = kept.shipped + excluded.shipped, \
             timed = kept.timed + excluded.timed, \
             ship_seconds = kept.ship_seconds + least(excluded.ship_seconds, 9223372036854775807 - kept.ship_seconds)",
        );
        Ok(())
    }
}
