//! Levels and movements, as pieces of the statement that writes a batch.

use std::collections::BTreeMap;

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{
    LocationId, ProductId, Version,
    stock::{Level, movement::Move},
};

use super::pieces::Sql;

type Big = Array<BigInt>;

/// Levels as they are since, by column.
#[derive(Debug, Default)]
pub struct Levels {
    product: Vec<i64>,
    location: Vec<i64>,
    on_hand: Vec<i64>,
    reserved: Vec<i64>,
    limit: Vec<i64>,
    short: Vec<i64>,
    version: Vec<i64>,
}

impl Levels {
    /// All that were changed.
    pub fn of(changed: BTreeMap<(ProductId, LocationId), Level>) -> Self {
        let mut levels = Self::default();
        for ((product, location), level) in changed {
            levels.product.push(product.get());
            levels.location.push(location.get());
            levels.on_hand.push(level.on_hand);
            levels.reserved.push(level.reserved);
            levels.limit.push(level.backorder_limit);
            levels.short.push(level.short());
            levels.version.push(level.version.map_or(1, Version::get));
        }
        levels
    }

    /// Sets those that are there and locked. Only who sees to a level can find it short: were more sold than is
    /// there, that would not become so, and the table would not take it. The ids are named beside the join, or it reads all levels.
    pub fn set<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "UPDATE stock_levels SET on_hand = next.on_hand, reserved = next.reserved, \
             backorder_limit = next.backorder_limit, \
             short = CASE WHEN next.version > stock_levels.version THEN next.short \
             ELSE least(next.short, stock_levels.short) END, version = next.version FROM unnest(",
        );
        for column in [&self.product, &self.location, &self.on_hand, &self.reserved, &self.limit, &self.short]
        {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Big, _>(&self.version)?.text(
            ") AS next (product_id, location_id, on_hand, reserved, backorder_limit, short, version) \
             WHERE stock_levels.product_id = next.product_id AND stock_levels.location_id = next.location_id \
             AND stock_levels.product_id = ANY (",
        );
        sql.bind::<Big, _>(&self.product)?.text(")");
        Ok(())
    }

    /// Makes those that are not there yet. One that is there fails the statement.
    pub fn insert<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "INSERT INTO stock_levels (product_id, location_id, on_hand, reserved, backorder_limit, short, version) \
             SELECT * FROM unnest(",
        );
        for column in [&self.product, &self.location, &self.on_hand, &self.reserved, &self.limit, &self.short]
        {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Big, _>(&self.version)?.text(")");
        Ok(())
    }
}

/// Movements of new orders and of changes, by column.
#[derive(Debug, Default)]
pub struct Moves {
    /// Of a new order; of a change it is below 0.
    place: Vec<i64>,
    position: Vec<i64>,
    product: Vec<i64>,
    location: Vec<i64>,
    kind: Vec<&'static str>,
    quantity: Vec<i64>,
    on_hand: Vec<i64>,
    reserved: Vec<i64>,
    line: Vec<i64>,
    shipment: Vec<Option<i64>>,
    /// How many there are.
    count: i64,
}

impl Moves {
    /// Adds what moves with the new order at this place.
    pub fn of_order(&mut self, place: i64, moves: &[Move]) {
        for (position, moved) in (0..).zip(moves) {
            self.place.push(place);
            self.position.push(position);
            self.product.push(moved.product.get());
            self.location.push(moved.location.get());
            self.kind.push(moved.kind.as_str());
            self.quantity.push(moved.quantity);
            self.on_hand.push(moved.on_hand_after);
            self.reserved.push(moved.reserved_after);
            self.line.push(moved.line.map_or(0, i64::from));
            self.shipment.push(moved.shipment);
            self.count += 1;
        }
    }

    /// Adds what moves with the change at this place.
    pub fn of_change(&mut self, place: i64, moves: &[Move]) {
        self.of_order(-place, moves);
    }

    /// Stores them with the orders and changes that are stored. Should one of those not be, nothing is
    /// stored, by a division: the levels are what they are after all of them.
    pub fn insert<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "with_moves AS (INSERT INTO stock_movements \
             (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, shipment, at) \
             SELECT made.event * 8192 + position, product_id, location_id, kind, quantity, on_hand_after, \
             reserved_after, made.id * 100 - 99 + line, shipment, made.at FROM unnest(",
        );
        sql.bind::<Big, _>(&self.place)?.text(", ");
        sql.bind::<Big, _>(&self.position)?.text(", ");
        sql.bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Big, _>(&self.location)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.kind)?.text(", ");
        for column in [&self.quantity, &self.on_hand, &self.reserved] {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Big, _>(&self.line)?.text(", ");
        sql.bind::<Array<Nullable<BigInt>>, _>(&self.shipment)?.text(
            ") AS moved (place, position, product_id, location_id, kind, quantity, on_hand_after, reserved_after, \
             line, shipment) JOIN (SELECT place, event, id, at FROM numbered JOIN told USING (event) \
             UNION ALL SELECT -place, event, id, at FROM making) AS made USING (place) RETURNING 1), \
             surely_moved AS (SELECT 1 / ((SELECT count(*) FROM with_moves) = ",
        );
        sql.bind::<BigInt, _>(&self.count)?.text(")::INT AS one)");
        Ok(())
    }
}
