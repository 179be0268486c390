//! Conditions that are in a statement's text, or indexes of a part of the rows would be of no use.

use diesel::{
    backend::Backend,
    expression::{Expression, ValidGrouping, is_aggregate},
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::Bool,
};

use super::schema::deliveries;

/// That a delivery is pending.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct IsPending;

impl Expression for IsPending {
    type SqlType = Bool;
}

impl ValidGrouping<()> for IsPending {
    type IsAggregate = is_aggregate::Never;
}

impl AppearsOnTable<deliveries::table> for IsPending {}

impl SelectableExpression<deliveries::table> for IsPending {}

impl<DB: Backend> QueryFragment<DB> for IsPending {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("deliveries.state = 'pending'");
        Ok(())
    }
}
