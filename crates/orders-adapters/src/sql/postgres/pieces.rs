//! Statements that Diesel's own builder has no words for, put together from pieces.

use diesel::{pg::Pg, prelude::*, query_builder::AstPass, serialize::ToSql, sql_types::HasSqlType};

/// A statement under construction.
pub struct Sql<'p, 'b>(AstPass<'p, 'b, Pg>);

impl<'p, 'b> Sql<'p, 'b> {
    /// Begins one.
    pub fn new(out: AstPass<'p, 'b, Pg>) -> Self {
        Self(out)
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push_sql(text);
        self
    }

    /// Adds a value, which is sent apart from the text.
    pub fn bind<S, T>(&mut self, value: &'b T) -> QueryResult<&mut Self>
    where
        Pg: HasSqlType<S>,
        T: ToSql<S, Pg> + ?Sized,
    {
        self.0.push_bind_param::<S, T>(value)?;
        Ok(self)
    }
}
