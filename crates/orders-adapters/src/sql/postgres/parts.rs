//! What is kept beside orders, row by row: copied in, and read to be compared.

use diesel::{
    QueryResult,
    prelude::*,
    sql_types::{BigInt, Text},
};
use orders_domain::{delivery::KeyId, ports::PortError};

use super::{
    super::{
        BulkParts, Key, Part, PartRows, failure,
        parts::Copied,
        schema::{
            attempts, consumers, deliveries, events, inbox, listings, locations, marketplace_countries,
            marketplaces, product_texts, products, shop, stock_levels, stock_movements, webhooks,
        },
    },
    Conn, PostgresCopy, copying,
};

/// Rows in one statement: a value of each column of each row is sent, and 65,535 can be.
const AT_ONCE: usize = 2_000;

#[derive(QueryableByName)]
struct LastKey {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    first: i64,
    #[diesel(sql_type = BigInt)]
    second: i64,
}

impl BulkParts for PostgresCopy {
    fn rows_after(&mut self, part: Part, after: &Key) -> Result<PartRows, PortError> {
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

    /// The key of the last row of a part that is there, or that before the first one.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn last_of(&mut self, part: Part) -> Result<Key, PortError> {
        let (columns, table) = match part {
            Part::Products => ("'', id, 0", "products"),
            Part::Marketplaces => ("'', 1, 0", "marketplaces"),
            Part::Countries => ("'', 1, 0", "marketplace_countries"),
            Part::Listings => ("'', product_id, 0", "listings"),
            Part::Texts => ("'', product_id, 0", "product_texts"),
            Part::Locations => ("'', id, 0", "locations"),
            Part::Levels => ("'', product_id, location_id", "stock_levels"),
            Part::Movements => ("'', id, 0", "stock_movements"),
            Part::Events => ("'', id, 0", "events WHERE kind <> 'order'"),
            Part::Webhooks => ("'', id, 0", "webhooks"),
            Part::Consumers => ("name, 0, 0", "consumers WHERE name <> 'rollups'"),
            Part::Inbox => ("consumer, message_id, 0", "inbox"),
            Part::Deliveries => ("consumer, event, 0", "deliveries"),
            Part::Attempts => ("consumer, event, number", "attempts"),
        };
        let last = format!(
            "SELECT name, first::BIGINT, second::BIGINT FROM (SELECT {columns} FROM {table}) AS keys (name, first, second) \
             ORDER BY keys.name DESC, keys.first DESC, keys.second DESC LIMIT 1"
        );
        let last: Option<LastKey> =
            diesel::sql_query(last).get_result(self.conn()).optional().map_err(failure)?;
        Ok(last.map_or_else(Key::default, |LastKey { name, first, second }| Key { name, first, second }))
    }

    /// Takes over with which key secrets are sealed.
    ///
    /// # Errors
    ///
    /// [`PortError::Unavailable`].
    pub fn keep_secrets_key(&mut self, key: Option<KeyId>) -> Result<(), PortError> {
        let kept = shop::secrets_key.eq(key.as_ref().map(|key| key.0.as_slice()));
        diesel::update(shop::table).set(kept).execute(self.conn()).map(drop).map_err(failure)
    }
}

/// Inserts some rows at a time into their table.
macro_rules! insert_into {
    ($conn:expr, $rows:expr, $table:ident) => {
        for rows in $rows.chunks(AT_ONCE) {
            diesel::insert_into($table::table).values(rows).execute($conn)?;
        }
    };
}

fn insert(conn: &mut Conn, rows: &Copied) -> QueryResult<()> {
    match rows {
        Copied::Products(rows) => insert_into!(conn, rows, products),
        Copied::Marketplaces(rows) => insert_into!(conn, rows, marketplaces),
        Copied::Countries(rows) => insert_into!(conn, rows, marketplace_countries),
        Copied::Listings(rows) => insert_into!(conn, rows, listings),
        Copied::Texts(rows) => insert_into!(conn, rows, product_texts),
        Copied::Locations(rows) => insert_into!(conn, rows, locations),
        Copied::Levels(rows) => insert_into!(conn, rows, stock_levels),
        Copied::Movements(rows) => insert_into!(conn, rows, stock_movements),
        Copied::Events(rows) => insert_into!(conn, rows, events),
        Copied::Webhooks(rows) => insert_into!(conn, rows, webhooks),
        Copied::Consumers(rows) => insert_into!(conn, rows, consumers),
        Copied::Inbox(rows) => insert_into!(conn, rows, inbox),
        Copied::Deliveries(rows) => insert_into!(conn, rows, deliveries),
        Copied::Attempts(rows) => insert_into!(conn, rows, attempts),
    }
    Ok(())
}
