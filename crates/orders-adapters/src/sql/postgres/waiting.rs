//! Of which subjects something is pending.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment},
    sql_types::{Array, BigInt, Text},
};
use orders_domain::Subject;

use super::{
    super::rows::corrupt,
    Conn,
    pieces::{Sql, statement},
};

/// Those among these.
pub fn among(conn: &mut Conn, name: &str, subjects: &[&Subject]) -> QueryResult<Vec<Subject>> {
    let parts: Vec<_> = subjects.iter().map(|subject| subject.parts()).collect();
    let (kind, subject) = parts.iter().map(|(kind, subject)| (kind.as_ref(), *subject)).unzip();
    let found: Vec<(String, i64)> = FindWaiting { name, kind, subject }.load(conn)?;
    let subject = |(kind, number): (String, i64)| Subject::of_parts(&kind, number);
    found.into_iter().map(subject).collect::<Result<_, _>>().map_err(corrupt)
}

struct FindWaiting<'a> {
    name: &'a str,
    kind: Vec<&'a str>,
    subject: Vec<i64>,
}

statement!(FindWaiting);

impl Query for FindWaiting<'_> {
    type SqlType = (Text, BigInt);
}

impl QueryFragment<Pg> for FindWaiting<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("SELECT asked.kind, asked.subject FROM unnest(");
        sql.bind::<Array<Text>, _>(&self.kind)?.text(", ");
        sql.bind::<Array<BigInt>, _>(&self.subject)?
            .text(") AS asked (kind, subject), LATERAL (SELECT FROM deliveries WHERE consumer = ");
        sql.bind::<Text, _>(self.name)?.text(
            " AND deliveries.kind = asked.kind AND deliveries.subject = asked.subject \
             AND deliveries.state = 'pending' LIMIT 1) AS pending",
        );
        Ok(())
    }
}
