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

/// A statement that is always the same text.
macro_rules! statement {
    ($name:ident) => {
        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::RunQueryDsl<super::Conn> for $name<'_> {}
    };
}

pub(super) use statement;
