//! Orders, to read.

use async_trait::async_trait;
use diesel::{
    deserialize::{self, FromSqlRow},
    pg::Pg,
    row::Row,
};
use orders_domain::{
    Order, OrderId, OrderQuery, Version,
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
    history, lists,
    pool::Readers,
    settled,
};

/// The column of cancellations, with this for what is said of them.
macro_rules! cancellations {
    ($note:literal) => {
        concat!(
            "CASE WHEN orders.current_total IS NOT NULL AND line.id = orders.id * 100 - 99 THEN \
            (SELECT json_agg(json_build_array(made.reason, ",
            $note,
            ", (SELECT json_agg(json_build_array((part.line - 1) % 100, part.quantity)) \
            FROM order_cancelled_products AS part WHERE part.order_id = made.order_id \
            AND part.number = made.number)) ORDER BY made.number)::TEXT FROM order_cancellations AS made \
            WHERE made.order_id = orders.id) END"
        )
    };
}

impl Joins for Pg {
    const SHIPMENTS: &'static str = "CASE WHEN orders.fulfillment IS NOT NULL AND line.id = orders.id * 100 - 99 THEN \
        (SELECT json_agg(json_build_array(parcel.number, parcel.created_at, parcel.shipped_at, \
        parcel.delivered_at, parcel.status, parcel.location_id, \
        (SELECT code FROM locations WHERE locations.id = parcel.location_id), parcel.shipping_provider, \
        parcel.tracking_number, parcel.weight_g, parcel.reasons, (SELECT coalesce(json_agg(json_build_array(\
        (part.line - 1) % 100, part.quantity)), '[]') FROM order_shipment_products AS part \
        WHERE part.shipment_id = parcel.id)) ORDER BY parcel.number)::TEXT FROM order_shipments AS parcel \
        WHERE parcel.order_id = orders.id) END";
    const FIRST: &'static str = "NULL::BIGINT";
    const CANCELLATIONS: &'static str = cancellations!("made.note");
    const BARE_CANCELLATIONS: &'static str = cancellations!("NULL");
    /// A search for each order. Of a plain join the plan may read a whole table for each order: it is made
    /// once, perhaps while there are no rows, and a connection that writes prefers it even later. What has a
    /// limit is not made one with the rest.
    const JOINS: &'static str = "LEFT JOIN LATERAL (SELECT id, product_id, price, quantity, name, model, name_from FROM order_products \
        WHERE order_products.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 \
        ORDER BY order_products.id LIMIT 100) AS line ON true WHERE ";
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

    async fn at_version(&self, id: OrderId, version: Version) -> Result<Option<Order>, PortError> {
        let Some(order) = self.find(id).await? else { return Ok(None) };
        if order.version() <= version {
            return Ok((order.version() == version).then_some(order));
        }
        // Of one state with the order: what has happened up to one of its versions is never another.
        self.read(move |readers| readers.read(|conn| history::at(conn, order.clone(), version))).await
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
