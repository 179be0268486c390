//! Changes of orders, as pieces of the statement that writes a batch.

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::ChangedOrder;

use super::{
    super::rows::{
        millis,
        new_order::{current_total, fulfillment},
    },
    pieces::Sql,
    shipments::Shipments,
};

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
    fulfillment: Vec<Option<&'static str>>,
    current_total: Vec<Option<i64>>,
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
        self.fulfillment.push(fulfillment(order));
        self.current_total.push(current_total(order));
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
        sql.bind::<MayTexts, _>(&self.fulfillment)?.text(", ");
        sql.bind::<Array<Nullable<BigInt>>, _>(&self.current_total)?.text(", ");
        sql.bind::<Big, _>(&self.version)?.text(", ");
        sql.bind::<Texts, _>(&self.what)?;
        sql.text(
            ") WITH ORDINALITY AS change (id, seen, status, at, fulfillment, current_total, version, type, \
             place))",
        );
        Ok(())
    }

    /// Makes those whose event is stored: the event of a version can be stored once, so its order is at the
    /// version before. Should it not be, nothing is stored, by a division. The ids are named beside the join,
    /// or it reads all orders.
    pub fn make<'b>(
        &'b self,
        shipments: Option<&'b Shipments<'_>>,
        sql: &mut Sql<'_, 'b>,
    ) -> QueryResult<()> {
        sql.text(
            "making AS MATERIALIZED (SELECT renumbered.* FROM renumbered JOIN told USING (event)), \
             moved AS (UPDATE orders SET status = making.status, updated_at = making.at, version = making.version, \
             fulfillment = making.fulfillment, current_total = making.current_total",
        );
        if let Some(shipments) = shipments {
            sql.text(
                ", email = CASE WHEN contact.id IS NULL THEN orders.email ELSE contact.email END, \
                 ship_to = CASE WHEN contact.id IS NULL THEN orders.ship_to ELSE contact.ship_to END \
                 FROM making LEFT JOIN ",
            );
            shipments.contacts(sql)?;
            sql.text(" ON contact.place = making.place");
        } else {
            sql.text(" FROM making");
        }
        sql.text(" WHERE orders.id = making.id AND orders.version = making.seen AND orders.id = ANY (");
        sql.bind::<Big, _>(&self.id)?.text(
            ") RETURNING making.place), \
             sure AS (SELECT 1 / ((SELECT count(*) FROM moved) = (SELECT count(*) FROM making))::INT AS one)",
        );
        Ok(())
    }
}
