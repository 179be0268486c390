//! Changes of orders and their shipments, as pieces of the statement that writes a batch.

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{ChangedOrder, OrderShipment};

use super::{super::rows::millis, pieces::Sql};

type Big = Array<BigInt>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

/// Changes, by column.
#[derive(Debug, Default)]
pub struct Changes<'a> {
    id: Vec<i64>,
    seen: Vec<i64>,
    status: Vec<&'a str>,
    updated_at: Vec<i64>,
    provider: Vec<Option<&'a str>>,
    number: Vec<Option<&'a str>>,
    version: Vec<i64>,
    what: Vec<&'static str>,
}

impl<'a> Changes<'a> {
    /// Adds one; its place.
    pub fn add(&mut self, changed: &'a ChangedOrder) -> i64 {
        let order = changed.order();
        self.id.push(order.id().get());
        self.seen.push(changed.seen().get());
        self.status.push(order.status().as_str());
        self.updated_at.push(millis(order.updated_at()));
        self.provider.push(order.shipment().map(OrderShipment::provider));
        self.number.push(order.shipment().map(OrderShipment::tracking_number));
        self.version.push(order.version().get());
        self.what.push(changed.what().event_type().parts().1);
        self.id.len().try_into().unwrap_or(i64::MAX)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.id.is_empty()
    }

    /// They by their place.
    pub fn asked<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("change AS (SELECT * FROM unnest(");
        sql.bind::<Big, _>(&self.id)?.text(", ");
        sql.bind::<Big, _>(&self.seen)?.text(", ");
        sql.bind::<Texts, _>(&self.status)?.text(", ");
        sql.bind::<Big, _>(&self.updated_at)?.text(", ");
        sql.bind::<MayTexts, _>(&self.provider)?.text(", ");
        sql.bind::<MayTexts, _>(&self.number)?.text(", ");
        sql.bind::<Big, _>(&self.version)?.text(", ");
        sql.bind::<Texts, _>(&self.what)?;
        sql.text(
            ") WITH ORDINALITY AS change (id, seen, status, at, provider, number, version, type, place))",
        );
        Ok(())
    }

    /// Makes those whose event is stored: the event of a version can be stored once, so its order is at the
    /// version before. Should it not be, nothing is stored, by a division. The ids are named beside the join,
    /// or it reads all orders.
    pub fn make<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "making AS MATERIALIZED (SELECT renumbered.* FROM renumbered JOIN told USING (event)), \
             moved AS (UPDATE orders SET status = making.status, updated_at = making.at, version = making.version \
             FROM making WHERE orders.id = making.id AND orders.version = making.seen AND orders.id = ANY (",
        );
        sql.bind::<Big, _>(&self.id)?.text(
            ") RETURNING making.place), \
             unshipped AS (DELETE FROM order_shipments USING making \
             WHERE order_shipments.id = making.id AND making.provider IS NULL AND order_shipments.id = ANY (",
        );
        sql.bind::<Big, _>(&self.id)?.text(
            ")), \
             shipped AS (INSERT INTO order_shipments (id, order_id, shipping_provider, tracking_number) \
             SELECT id, id, provider, number FROM making WHERE provider IS NOT NULL \
             ON CONFLICT (id) DO UPDATE \
             SET shipping_provider = excluded.shipping_provider, tracking_number = excluded.tracking_number \
             WHERE (order_shipments.shipping_provider, order_shipments.tracking_number) \
             IS DISTINCT FROM (excluded.shipping_provider, excluded.tracking_number)), \
             sure AS (SELECT 1 / ((SELECT count(*) FROM moved) = (SELECT count(*) FROM making))::INT AS one)",
        );
        Ok(())
    }
}
