//! Orders, to read.

use async_trait::async_trait;
use diesel::{
    Connection, OptionalExtension,
    deserialize::{self, FromSqlRow},
    row::Row,
    sqlite::Sqlite,
};
use orders_domain::{
    Order, OrderId, OrderList, Version,
    ports::{Health, Orders, PortError},
};

use super::super::{
    super::{
        found::Finds,
        rows::{
            self,
            order::{JoinedRow, JoinedTypes, Joins},
        },
        writer::Write,
    },
    Conn, SqliteDatabase, history, lists, queries,
};

/// Pages up to this many orders (100, and one to look ahead) are read where they are asked for, if
/// they have no more than [`SHORT_ROWS`]; longer ones on another thread.
const SHORT_PAGE: usize = 101;

/// The most rows, one for each line of an order, that are read where they are asked for: half a
/// millisecond's work.
const SHORT_ROWS: usize = 1000;

/// The column of cancellations, with this for what is said of them.
macro_rules! cancellations {
    ($note:literal) => {
        concat!(
            "CASE WHEN orders.current_total IS NOT NULL AND line.id = orders.id * 100 - 99 THEN \
            (SELECT json_group_array(json_array(made.reason, ",
            $note,
            ", json((SELECT json_group_array(json_array((part.line - 1) % 100, part.quantity)) \
            FROM order_cancelled_products AS part WHERE part.order_id = made.order_id \
            AND part.number = made.number)))) FROM order_cancellations AS made \
            WHERE made.order_id = orders.id) END"
        )
    };
}
impl Joins for Sqlite {
    // What is in the first parcel, which is the only one of most orders, comes with the lines: that is cheaper than
    // an array within the array.
    const SHIPMENTS: &'static str = "CASE WHEN orders.fulfillment IS NOT NULL AND line.id = orders.id * 100 - 99 THEN \
        (SELECT json_group_array(json_array(parcel.number, parcel.created_at, parcel.shipped_at, \
        parcel.delivered_at, parcel.status, parcel.location_id, \
        CASE WHEN parcel.location_id IS NOT NULL THEN \
        (SELECT code FROM locations WHERE locations.id = parcel.location_id) END, parcel.shipping_provider, \
        parcel.tracking_number, parcel.weight_g, parcel.reasons, CASE WHEN parcel.number > 1 THEN \
        json((SELECT json_group_array(json_array((part.line - 1) % 100, part.quantity)) \
        FROM order_shipment_products AS part WHERE part.shipment_id = parcel.id)) END)) \
        FROM order_shipments AS parcel WHERE parcel.order_id = orders.id) END";
    const FIRST: &'static str = "CASE WHEN orders.fulfillment IS NOT NULL THEN \
        (SELECT part.quantity FROM order_shipment_products AS part \
        WHERE part.shipment_id = orders.id AND part.line = line.id) END";
    const CANCELLATIONS: &'static str = cancellations!("made.note");
    const BARE_CANCELLATIONS: &'static str = cancellations!("NULL");
    const JOINS: &'static str = "LEFT JOIN order_products AS line \
        ON line.id BETWEEN orders.id * 100 - 99 AND orders.id * 100 WHERE ";
}

impl Finds for Sqlite {
    const FOLDED_EMAIL: &'static str = "lower(listed.email)";
    const USER_IN_STATE: &'static str = "listed.user_id";
    const MARKETPLACE: &'static str = "coalesce(listed.marketplace, 'default')";
    const MARKETPLACE_IN_STATE: &'static str = "coalesce(listed.marketplace, 'default')";
    const USER_IN_MARKETPLACE: &'static str = "listed.user_id";
    /// Of a row of values it uses the first only.
    const BY_ROWS: bool = false;
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

    async fn at_version(&self, id: OrderId, version: Version) -> Result<Option<Order>, PortError> {
        let read = move |conn: &mut Conn| {
            conn.transaction(|conn| match queries::order(conn, id.get()).optional()? {
                Some(order) => history::at(conn, order, version),
                None => Ok(None),
            })
        };
        self.readers.inline(read).await
    }

    async fn page(&self, listing: OrderList) -> Result<Vec<Order>, PortError> {
        if listing.limit().get() <= SHORT_PAGE {
            let asked = listing.clone();
            let read = move |conn: &mut Conn| lists::page_of(conn, &asked, i64::MAX, SHORT_ROWS);
            if let Some(rows) = self.readers.inline(read).await? {
                return rows::order::listed(rows, &listing).map_err(PortError::corrupt);
            }
        }
        let read =
            move |conn: &mut Conn| Ok(rows::order::listed(lists::page(conn, &listing, i64::MAX)?, &listing));
        self.readers.elsewhere(read).await?.map_err(PortError::corrupt)
    }

    async fn health(&self) -> Health {
        let reads = self.readers.inline(|conn| queries::find(conn, 1)).await.map(drop);
        let writes = self.writer.write(Write::Probe).await.map(drop);
        Health { reads, writes }
    }
}
