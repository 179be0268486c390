//! Levels and movements: what is locked and read before a batch is decided.

use std::collections::BTreeMap;

use diesel::{
    QueryResult,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{
    ProductId,
    stock::{
        holding::{self, OfLine},
        movement::Held,
        shelves::{Shelf, Shelves},
    },
};

use super::{
    super::rows::{
        corrupt,
        product::terms,
        stock::{level, place},
    },
    Conn, held,
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
    let mut movements: BTreeMap<i64, Vec<OfLine>> = BTreeMap::new();
    for of_line in held::of_lines(FindHeld { orders }.load(conn)?)? {
        movements.entry(of_line.line.order().get()).or_default().push(of_line);
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
    type SqlType = (BigInt, Nullable<BigInt>, BigInt, BigInt, Text, BigInt);
}

impl RunQueryDsl<Conn> for FindHeld {}

impl QueryFragment<Pg> for FindHeld {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text("SELECT held.* FROM unnest(").bind::<Big, _>(&self.orders)?.text(
            ") AS asked (id), LATERAL (SELECT id, line, product_id, location_id, kind, quantity FROM stock_movements \
             WHERE line BETWEEN asked.id * 100 - 99 AND asked.id * 100 LIMIT 1000000) AS held",
        );
        Ok(())
    }
}
