//! Levels and movements: what is locked and read before a batch is decided.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    QueryResult,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{
    MarketplaceCode, ProductId,
    catalogue::product::ProductName,
    market::shown::Showing,
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
    pieces::{Sql, statement},
    said::Said,
};

type Big = Array<BigInt>;

/// What is read of a product with one of its levels, or without.
type Locked = (
    i64,
    i64,
    String,
    String,
    bool,
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
/// is. Nothing else is locked after it that another one could hold and wait for these. Of the marketplaces in which
/// something is sold it says what they say of the products.
pub fn lock(conn: &mut Conn, products: Vec<i64>, markets: BTreeSet<MarketplaceCode>) -> QueryResult<Shelves> {
    let rows: Vec<Locked> = LockStock { products: &products }.load(conn)?;
    let mut found: BTreeMap<i64, (_, _, Vec<_>)> = BTreeMap::new();
    let mut is_shown_otherwise = markets.iter().any(|code| !code.is_default());
    for (
        product,
        price,
        currency,
        policy,
        active,
        name,
        is_named,
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
        is_shown_otherwise |= is_named;
        let (_, _, spots) = match found.entry(product) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let terms = terms((price, currency, policy, active)).map_err(corrupt)?;
                new.insert((terms, ProductName::parse(&name).map_err(corrupt)?, Vec::new()))
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
    let mut said = if is_shown_otherwise && !markets.is_empty() {
        Said::of(conn, &products, &markets)?
    } else {
        Said::default()
    };
    for (code, version) in said.markets.drain(..) {
        shelves.learn_market(code, Some(version));
    }
    for (product, (terms, name, spots)) in found {
        let (listed, named) = said.products.remove(&product).unwrap_or_default();
        let shelf = Shelf::new(terms, spots).shown_as(Showing::new(name, listed, named));
        shelves.learn(ProductId::try_from(product).map_err(corrupt)?, shelf);
    }
    Ok(shelves)
}

struct LockStock<'a> {
    products: &'a Vec<i64>,
}

statement!(LockStock);

impl Query for LockStock<'_> {
    type SqlType = LockedTypes;
}

impl QueryFragment<Pg> for LockStock<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Sql::new(out).text("SELECT * FROM lock_stock(").bind::<Big, _>(self.products)?.text(")");
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
