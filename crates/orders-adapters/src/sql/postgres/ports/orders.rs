//! Orders, to read.

use async_trait::async_trait;
use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    row::Row,
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
    PostgresDatabase,
    database::within,
    lists,
    pool::Readers,
    settled,
};

impl Joins for Pg {
    /// A search for each order. Of a plain join the plan may read a whole table for each order: it is made
    /// once, perhaps while there are no rows, and a connection that writes prefers it even later. What has a
    /// limit is not made one with the rest.
    const JOINS: &'static str = "LEFT JOIN LATERAL (SELECT id, product_id, price, quantity FROM order_products \
        WHERE order_products.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 \
        ORDER BY order_products.id LIMIT 100) AS line ON true \
        LEFT JOIN LATERAL (SELECT shipping_provider, tracking_number FROM order_shipments \
        WHERE order_shipments.id = orders.id LIMIT 1) AS shipment ON true WHERE ";
}

impl FromSqlRow<JoinedTypes, Pg> for JoinedRow {
    fn build_from_row<'a>(row: &impl Row<'a, Pg>) -> deserialize::Result<Self> {
        Self::read(row)
    }
}

#[async_trait]
impl Orders for PostgresDatabase {
    async fn find(&self, id: OrderId) -> Result<Option<Order>, PortError> {
        within(self.patience(), PortError::Unavailable, self.finder.find(id)).await
    }

    async fn page(&self, query: OrderQuery) -> Result<Vec<Order>, PortError> {
        let replica = self.replica.clone();
        let read = move |readers: &Readers| {
            if let Some(replica) = replica
                && let Some(rows) = replica.page(readers, &query)
            {
                return Ok(rows);
            }
            readers.read(|conn| {
                let settled = settled::orders(conn)?;
                lists::page(conn, &query, settled)
            })
        };
        let rows = self.read(read).await?;
        rows::order::orders(rows).map_err(PortError::corrupt)
    }

    async fn health(&self) -> Health {
        let patience = self.options.connect_timeout;
        let reads = match OrderId::try_from(1) {
            Ok(first) => within(patience, PortError::Unavailable, self.finder.find(first)).await.map(drop),
            Err(error) => Err(PortError::corrupt(error)),
        };
        let writing = self.writer.write(Write::Probe);
        let writes = within(patience, PortError::Unavailable, writing).await.map(drop);
        Health { reads, writes }
    }
}
