//! A range of an index in SQL.

use diesel::{
    backend::Backend,
    prelude::*,
    query_builder::AstPass,
    serialize::ToSql,
    sql_types::{BigInt, Text},
};

use super::Finds;

/// What a column is to be equal to.
#[derive(Debug, Clone)]
pub enum Value {
    Number(i64),
    /// A user as [`Finds::USER_IN_STATE`] has it, whatever the column is called.
    UserInState(i64),
    Word(&'static str),
    Text(String),
    /// A marketplace as [`Finds::MARKETPLACE`] has it.
    Marketplace(String),
    /// A marketplace as [`Finds::MARKETPLACE_IN_STATE`] has it.
    MarketplaceInState(String),
    /// A user as [`Finds::USER_IN_MARKETPLACE`] has it.
    UserInMarketplace(i64),
    /// A value that one row has at most.
    Unique(String),
    /// An address as [`Finds::FOLDED_EMAIL`] has it, whatever the column is called.
    Address(String),
}

impl Value {
    fn bind<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Backend,
        i64: ToSql<BigInt, DB>,
        str: ToSql<Text, DB>,
    {
        match self {
            Self::Number(number) | Self::UserInState(number) | Self::UserInMarketplace(number) => {
                out.push_bind_param::<BigInt, _>(number)
            }
            Self::Word(word) => out.push_bind_param::<Text, str>(word),
            Self::Text(text)
            | Self::Unique(text)
            | Self::Address(text)
            | Self::Marketplace(text)
            | Self::MarketplaceInState(text) => out.push_bind_param::<Text, str>(text),
        }
    }
}

/// On which side of a row of values.
#[derive(Clone, Copy)]
enum Side {
    Behind,
    Before,
}

/// The rows of `listed` whose columns are equal to values, with ids between two.
#[derive(Debug, Clone)]
pub struct IndexRange {
    table: &'static str,
    /// What is read beside the id.
    beside: &'static str,
    /// Whether an order may have several of its rows.
    distinct: bool,
    columns: Vec<(&'static str, Value)>,
    /// The column of orders' ids.
    id: &'static str,
    ids: (i64, i64),
    /// Which rows the index has; nothing for all.
    indexed: &'static str,
}

impl IndexRange {
    /// Orders themselves.
    pub fn of_orders(columns: Vec<(&'static str, Value)>, ids: (i64, i64)) -> Self {
        Self { table: "orders", beside: "", distinct: false, columns, id: "listed.id", ids, indexed: "" }
    }

    /// The same with the moment when they changed last.
    pub fn of_updates(columns: Vec<(&'static str, Value)>, ids: (i64, i64)) -> Self {
        Self { beside: "listed.updated_at, ", ..Self::of_orders(columns, ids) }
    }

    /// What belongs to orders.
    pub fn of_parts(table: &'static str, column: (&'static str, Value), ids: (i64, i64)) -> Self {
        let columns = vec![column];
        Self { table, distinct: true, id: "listed.order_id", ..Self::of_orders(columns, ids) }
    }

    /// The same of an index that has such rows only.
    pub fn with(self, indexed: &'static str) -> Self {
        Self { indexed, ..self }
    }

    fn name<DB: Finds>((column, value): &(&'static str, Value)) -> &'static str {
        match value {
            Value::Address(_) => DB::FOLDED_EMAIL,
            Value::UserInState(_) => DB::USER_IN_STATE,
            Value::Marketplace(_) => DB::MARKETPLACE,
            Value::MarketplaceInState(_) => DB::MARKETPLACE_IN_STATE,
            Value::UserInMarketplace(_) => DB::USER_IN_MARKETPLACE,
            Value::Number(_) | Value::Word(_) | Value::Text(_) | Value::Unique(_) => column,
        }
    }

    fn is_by_rows<DB: Finds>(&self) -> bool {
        // What one row has at most is found by that alone, whatever else is asked.
        let is_one = matches!(self.columns.as_slice(), [(_, Value::Unique(_))]);
        DB::BY_ROWS && !self.columns.is_empty() && !is_one
    }

    /// Writes the query without its order.
    pub fn select<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        DB: Finds,
        i64: ToSql<BigInt, DB>,
        str: ToSql<Text, DB>,
    {
        if self.distinct && self.is_by_rows::<DB>() {
            // What is ordered by is among what is distinct.
            out.push_sql("SELECT page.order_id FROM (SELECT DISTINCT ");
            self.columns.iter().for_each(|column| {
                out.push_sql(Self::name::<DB>(column));
                out.push_sql(", ");
            });
        } else {
            out.push_sql(if self.distinct { "SELECT DISTINCT " } else { "SELECT " });
        }
        out.push_sql(self.beside);
        out.push_sql(self.id);
        out.push_sql(" FROM ");
        out.push_sql(self.table);
        out.push_sql(" AS listed WHERE ");
        let (after, end) = &self.ids;
        if self.is_by_rows::<DB>() {
            self.row(out, Side::Behind)?;
            out.push_sql(" AND ");
            self.row(out, Side::Before)?;
        } else {
            for column in &self.columns {
                out.push_sql(Self::name::<DB>(column));
                out.push_sql(" = ");
                column.1.bind(out)?;
                out.push_sql(" AND ");
            }
            for (order, id) in [(" > ", after), (" < ", end)] {
                out.push_sql(if order == " < " { " AND " } else { "" });
                out.push_sql(self.id);
                out.push_sql(order);
                out.push_bind_param::<BigInt, _>(id)?;
            }
        }
        out.push_sql(if self.indexed.is_empty() { "" } else { " AND " });
        out.push_sql(self.indexed);
        Ok(())
    }

    /// Writes that the columns with the id, as a row, are on one side of the values and its id.
    fn row<'b, DB>(&'b self, out: &mut AstPass<'_, 'b, DB>, side: Side) -> QueryResult<()>
    where
        DB: Finds,
        i64: ToSql<BigInt, DB>,
        str: ToSql<Text, DB>,
    {
        out.push_sql("(");
        for column in &self.columns {
            out.push_sql(Self::name::<DB>(column));
            out.push_sql(", ");
        }
        out.push_sql(self.id);
        let (order, id) = match side {
            Side::Behind => (") > (", &self.ids.0),
            Side::Before => (") < (", &self.ids.1),
        };
        out.push_sql(order);
        for (_, value) in &self.columns {
            value.bind(out)?;
            out.push_sql(", ");
        }
        out.push_bind_param::<BigInt, _>(id)?;
        out.push_sql(")");
        Ok(())
    }

    /// Writes the order, which is the index's.
    pub fn order<DB: Finds>(&self, out: &mut AstPass<'_, '_, DB>, descending: bool) {
        let direction = if descending { " DESC" } else { "" };
        out.push_sql(" ORDER BY ");
        if self.is_by_rows::<DB>() {
            for column in &self.columns {
                out.push_sql(Self::name::<DB>(column));
                out.push_sql(direction);
                out.push_sql(", ");
            }
        }
        out.push_sql(self.id);
        out.push_sql(direction);
    }

    /// Writes what ends the query.
    pub fn end<DB: Finds>(&self, out: &mut AstPass<'_, '_, DB>) {
        out.push_sql(if self.distinct && self.is_by_rows::<DB>() { ") AS page" } else { "" });
    }
}
