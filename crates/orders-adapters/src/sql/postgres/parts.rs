//! What is kept beside orders, row by row: copied in, and read to be compared.

use diesel::{QueryResult, prelude::*, sql_types::BigInt};
use orders_domain::ports::PortError;

use super::{
    super::{
        BulkParts, Key, Part, PartRows, failure,
        parts::Copied,
        schema::{events, locations, products, stock_levels, stock_movements},
    },
    Conn, PostgresCopy, copying,
};

/// Rows in one statement: a value of each column of each row is sent, and 65,535 can be.
const AT_ONCE: usize = 2_000;

#[derive(QueryableByName)]
struct LastKey {
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    second: i64,
}

impl BulkParts for PostgresCopy {
    fn rows_after(&mut self, part: Part, after: Key) -> Result<PartRows, PortError> {
        copying::rows_after(self.conn(), part, after).map(PartRows).map_err(failure)
    }
}

impl PostgresCopy {
    /// Stores rows of a part as they are, all or none.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`], also when one is there already.
    pub fn copy_rows(&mut self, PartRows(rows): &PartRows) -> Result<(), PortError> {
        self.conn().transaction(|conn| insert(conn, rows)).map_err(failure)
    }

    /// The key of the last row of a part that is there, or zeros.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn last_of(&mut self, part: Part) -> Result<Key, PortError> {
        let (columns, table) = match part {
            Part::Products => ("id, 0", "products"),
            Part::Locations => ("id, 0", "locations"),
            Part::Levels => ("product_id, location_id", "stock_levels"),
            Part::Movements => ("id, 0", "stock_movements"),
            Part::Events => ("id, 0", "events WHERE kind <> 'order'"),
        };
        let last = format!(
            "SELECT first::BIGINT, second::BIGINT FROM (SELECT {columns} FROM {table}) AS keys (first, second) \
             ORDER BY keys.first DESC, keys.second DESC LIMIT 1"
        );
        let last: Option<LastKey> =
            diesel::sql_query(last).get_result(self.conn()).optional().map_err(failure)?;
        Ok(last.map_or((0, 0), |LastKey { first, second }| (first, second)))
    }
}

fn insert(conn: &mut Conn, rows: &Copied) -> QueryResult<()> {
    match rows {
        Copied::Products(rows) => {
            for rows in rows.chunks(AT_ONCE) {
                diesel::insert_into(products::table).values(rows).execute(conn)?;
            }
        }
        Copied::Locations(rows) => {
            for rows in rows.chunks(AT_ONCE) {
                diesel::insert_into(locations::table).values(rows).execute(conn)?;
            }
        }
        Copied::Levels(rows) => {
            for rows in rows.chunks(AT_ONCE) {
                diesel::insert_into(stock_levels::table).values(rows).execute(conn)?;
            }
        }
        Copied::Movements(rows) => {
            for rows in rows.chunks(AT_ONCE) {
                diesel::insert_into(stock_movements::table).values(rows).execute(conn)?;
            }
        }
        Copied::Events(rows) => {
            for rows in rows.chunks(AT_ONCE) {
                diesel::insert_into(events::table).values(rows).execute(conn)?;
            }
        }
    }
    Ok(())
}
