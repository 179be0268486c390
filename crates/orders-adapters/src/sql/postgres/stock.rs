//! Levels and movements: what is locked and read before a batch is decided, and pieces of the statement that
//! writes it.

use std::collections::BTreeMap;

use diesel::{
    QueryResult,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{
    LocationId, OrderProductId, ProductId, Version,
    stock::{
        Level,
        holding::{self, OfLine},
        movement::{Held, Move, MovementKind},
        shelves::{Shelf, Shelves},
    },
};

use super::{
    super::rows::{
        corrupt,
        product::terms,
        stock::{level, place},
    },
    Conn,
    pieces::Sql,
};

type Big = Array<BigInt>;

/// What is read of a product with one of its levels, or without.
type Locked = (
    i64,
    i64,
    String,
    String,
    bool,
    Option<i64>,
    Option<String>,
    Option<i64>,
    Option<bool>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

type LockedTypes = (
    BigInt,
    BigInt,
    Text,
    Text,
    Bool,
    Nullable<BigInt>,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Bool>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
    Nullable<BigInt>,
);

/// Locks the levels of these products until the end of the transaction, and says what is sold and what there
/// is. Nothing else is locked after it that another one could hold and wait for these.
pub fn lock(conn: &mut Conn, products: Vec<i64>) -> QueryResult<Shelves> {
    let rows: Vec<Locked> = LockStock { products }.load(conn)?;
    let mut found: BTreeMap<i64, (_, Vec<_>)> = BTreeMap::new();
    for (
        product,
        price,
        currency,
        policy,
        active,
        location,
        code,
        priority,
        place_active,
        on_hand,
        reserved,
        limit,
        version,
    ) in rows
    {
        let (_, spots) = match found.entry(product) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let terms = terms((price, currency, policy, active)).map_err(corrupt)?;
                new.insert((terms, Vec::new()))
            }
        };
        let at = location.zip(code).zip(priority).zip(place_active);
        let there = on_hand.zip(reserved).zip(limit).zip(version);
        if let (Some((((id, code), priority), active)), Some((((on_hand, reserved), limit), version))) =
            (at, there)
        {
            let place = place((id, code, priority, active)).map_err(corrupt)?;
            let level = level((on_hand, reserved, limit, version)).map_err(corrupt)?;
            spots.push(orders_domain::stock::shelves::Spot { place, level });
        }
    }
    let mut shelves = Shelves::new();
    for (product, (terms, spots)) in found {
        shelves.learn(ProductId::try_from(product).map_err(corrupt)?, Shelf::new(terms, spots));
    }
    Ok(shelves)
}

struct LockStock {
    products: Vec<i64>,
}

impl QueryId for LockStock {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for LockStock {
    type SqlType = LockedTypes;
}

impl RunQueryDsl<Conn> for LockStock {}

impl QueryFragment<Pg> for LockStock {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Sql::new(out).text("SELECT * FROM lock_stock(").bind::<Big, _>(&self.products)?.text(")");
        Ok(())
    }
}

/// What each of these orders holds.
pub fn held(conn: &mut Conn, orders: Vec<i64>) -> QueryResult<BTreeMap<i64, Vec<Held>>> {
    let rows: Vec<(i64, i64, i64, String, i64)> = FindHeld { orders }.load(conn)?;
    let mut movements: BTreeMap<i64, Vec<OfLine>> = BTreeMap::new();
    for (line, product, location, kind, quantity) in rows {
        let line = OrderProductId::try_from(line).map_err(corrupt)?;
        let kind: MovementKind = kind.parse().map_err(corrupt)?;
        let (product, location) =
            (product.try_into().map_err(corrupt)?, location.try_into().map_err(corrupt)?);
        let of_line = OfLine { line, product, location, kind, quantity };
        movements.entry(line.order().get()).or_default().push(of_line);
    }
    Ok(movements.into_iter().map(|(order, movements)| (order, holding::held(&movements))).collect())
}

struct FindHeld {
    orders: Vec<i64>,
}

impl QueryId for FindHeld {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for FindHeld {
    type SqlType = (BigInt, BigInt, BigInt, Text, BigInt);
}

impl RunQueryDsl<Conn> for FindHeld {}

impl QueryFragment<Pg> for FindHeld {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("SELECT held.* FROM unnest(").bind::<Big, _>(&self.orders)?.text(
            ") AS asked (id), LATERAL (SELECT line, product_id, location_id, kind, quantity FROM stock_movements \
             WHERE line BETWEEN asked.id * 100 - 99 AND asked.id * 100 LIMIT 1000000) AS held",
        );
        Ok(())
    }
}

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
             (id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line, at) \
             SELECT made.event * 8192 + position, product_id, location_id, kind, quantity, on_hand_after, \
             reserved_after, made.id * 100 - 99 + line, made.at FROM unnest(",
        );
        sql.bind::<Big, _>(&self.place)?.text(", ");
        sql.bind::<Big, _>(&self.position)?.text(", ");
        sql.bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Big, _>(&self.location)?.text(", ");
        sql.bind::<Array<Text>, _>(&self.kind)?.text(", ");
        for column in [&self.quantity, &self.on_hand, &self.reserved] {
            sql.bind::<Big, _>(column)?.text(", ");
        }
        sql.bind::<Big, _>(&self.line)?.text(
            ") AS moved (place, position, product_id, location_id, kind, quantity, on_hand_after, reserved_after, \
             line) JOIN (SELECT place, event, id, at FROM numbered JOIN told USING (event) \
             UNION ALL SELECT -place, event, id, at FROM making) AS made USING (place) RETURNING 1), \
             surely_moved AS (SELECT 1 / ((SELECT count(*) FROM with_moves) = ",
        );
        sql.bind::<BigInt, _>(&self.count)?.text(")::INT AS one)");
        Ok(())
    }
}
