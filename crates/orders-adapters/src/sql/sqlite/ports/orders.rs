//! Orders, to read.

use async_trait::async_trait;
use diesel::{
    deserialize::{self, FromSqlRow},
    row::Row,
    sqlite::Sqlite,
};
use orders_domain::{
    Order, OrderId, OrderQuery,
    ports::{Health, Orders, PortError},
};

use super::super::{
    super::{
        rows::{
            self,
            order::{JoinedRow, JoinedTypes, Joins},
        },
        writer::Write,
    },
    Conn, SqliteDatabase, lists, queries,
};

/// Pages up to this many orders (100, and one to look ahead) are read where they are asked for, if
/// they have no more than [`SHORT_ROWS`]; longer ones on another thread.
const SHORT_PAGE: usize = 101;

/// The most rows, one for each line of an order, that are read where they are asked for: half a
/// millisecond's work.
const SHORT_ROWS: usize = 1000;

impl Joins for Sqlite {
    const JOINS: &'static str = "LEFT JOIN order_products AS line \
        ON line.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 \
        LEFT JOIN order_shipments AS shipment ON shipment.id = orders.id WHERE ";
}

impl FromSqlRow<JoinedTypes, Sqlite> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Sqlite>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl Orders for SqliteDatabase {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        let rows = self.readers.inline(move |conn| queries::find(conn, id.get())).await?;
        Ok(rows::order::orders(rows).map_err(PortError::corrupt)?.pop())
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        if query.limit.get() <= SHORT_PAGE {
            let asked = query.clone();
            let read = move |conn: &mut Conn| lists::page_of(conn, &asked, i64::MAX, SHORT_ROWS);
            if let Some(rows) = self.readers.inline(read).await? {
                return rows::order::orders(rows).map_err(PortError::corrupt);
            }
        }
        let read = move |conn: &mut Conn| Ok(rows::order::orders(lists::page(conn, &query, i64::MAX)?));
        self.readers.elsewhere(read).await?.map_err(PortError::corrupt)
    }

    async fn health(&self) -> Health {
        let reads = self.readers.inline(|conn| queries::find(conn, 1)).await.map(drop);
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}
