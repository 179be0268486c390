//! What a batch sells, and what its changes let go of or send: decided while the levels are locked, before
//! anything is written.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diesel::{QueryResult, prelude::*};
use orders_domain::{
    MovementId, OrderProductId,
    ledger::selling::{self, Sold},
    ports::{Change, Commit, Refused},
    stock::{holding::OfLine, movement::Move, queue},
};

use super::{
    super::{
        schema::orders,
        writer::{Outcome, Write},
    },
    Conn, held,
    keys::{self, Asked},
    levels::Levels,
    stock,
};

/// What was decided of the writes of a batch, by their index.
#[derive(Debug, Default)]
pub struct Decisions {
    /// What is sold.
    pub sold: HashMap<usize, Sold>,
    /// What moves with changes.
    pub moves: HashMap<usize, Vec<Move>>,
    /// The levels as they are after all that.
    pub levels: Levels,
    /// What is not to be written, and why.
    pub refused: Vec<(usize, Outcome)>,
    /// What has a key that is known already.
    pub known: HashSet<usize>,
}

/// Whether something of these is sold, or touches what an order holds.
pub fn needs_stock(writes: &[Write], indices: &[usize]) -> bool {
    indices.iter().any(|index| of(&writes[*index]).is_some_and(touches_stock))
}

fn of(write: &Write) -> Option<&Commit> {
    match write {
        Write::Commit(work) | Write::Rehearse(work) => Some(work),
        Write::Recall { .. } | Write::Step(_) | Write::Probe => None,
    }
}

fn touches_stock(work: &Commit) -> bool {
    match &work.change {
        Change::Sell(_) => true,
        Change::Order(changed) => !changed.settlement().is_empty(),
        _ => false,
    }
}

/// Decides these writes in their order. To be called in the transaction that writes them, before anything
/// else is locked.
///
/// Keys and what orders hold are looked at once the levels are locked: whoever does the same thing at the same
/// time holds the same levels, so what they have done is seen by then.
pub fn decide(conn: &mut Conn, writes: &[Write], indices: &[usize]) -> QueryResult<Decisions> {
    let mut keys = HashSet::new();
    let wanted = indices.iter().filter_map(|index| Some((*index, of(&writes[*index])?)));
    let wanted: Vec<_> = wanted
        // The second one of a key is the first one again.
        .filter(|(_, work)| {
            let key = work.origin.actor.user().zip(work.made_by.as_ref());
            key.is_none_or(|(user, made_by)| keys.insert((user, made_by.key.as_str())))
        })
        .filter(|(_, work)| touches_stock(work))
        .collect();
    let mut held = held(conn, &wanted)?;
    let sold = wanted.iter().flat_map(|(_, work)| match &work.change {
        Change::Sell(basket) => basket.lines(),
        _ => &[],
    });
    let products: BTreeSet<_> = sold
        .map(|line| line.product.get())
        .chain(held.values().flat_map(|(_, held)| held).map(|held| held.product.get()))
        .collect();
    let markets = wanted.iter().filter_map(|(_, work)| match &work.change {
        Change::Sell(basket) => Some(basket.market().code()),
        _ => None,
    });
    let mut shelves = stock::lock(conn, products.into_iter().collect(), markets.collect())?;
    if !held.is_empty() {
        held = self::held(conn, &wanted)?;
    }
    // What was decided before in this batch: nobody finds it in the table yet.
    let mut decided: Vec<OfLine> = Vec::new();
    let mut decisions = Decisions { known: with_known_keys(conn, writes, indices)?, ..Decisions::default() };
    for (index, work) in wanted {
        if decisions.known.contains(&index) {
            continue;
        }
        let refused = match &work.change {
            Change::Sell(basket) => match selling::sell(&mut shelves, basket) {
                Ok(sold) => {
                    // Its order has no number yet, and lets go of nothing in this batch.
                    decided.extend(sold.moves.iter().map(|moved| of_line(OrderProductId::MAX, moved)));
                    decisions.sold.insert(index, sold);
                    continue;
                }
                Err(not_sold) => Refused::NotSold(not_sold),
            },
            Change::Order(changed) => {
                let order = changed.order().id();
                let Some((version, held)) = held.get_mut(&order.get()) else { continue };
                if *version != changed.seen().get() {
                    decisions.refused.push((index, Outcome::Refused(Refused::Stale)));
                    continue;
                }
                let settlement = changed.settlement();
                if settlement.takes() {
                    let level = |product, place| shelves.level(product, place);
                    queue::look_behind(held, level, |product, after, most| {
                        let mut found = held::newest(conn, product, after, most)?;
                        found.extend(decided.iter().filter(|moved| moved.product == product));
                        QueryResult::Ok(found)
                    })?;
                }
                match shelves.settle(held, &settlement) {
                    Ok(moves) => {
                        let line = |moved: &Move| {
                            OrderProductId::of_line(order, moved.line.unwrap_or_default().into())
                        };
                        decided.extend(moves.iter().map(|moved| of_line(line(moved), moved)));
                        decisions.moves.insert(index, moves);
                        continue;
                    }
                    Err(not_on_hand) => Refused::NotOnHand(not_on_hand),
                }
            }
            _ => continue,
        };
        decisions.refused.push((index, Outcome::Refused(refused)));
    }
    decisions.levels = Levels::of(shelves.settle_changes());
    Ok(decisions)
}

/// A movement that has no number yet.
fn of_line(line: OrderProductId, moved: &Move) -> OfLine {
    let Move { product, location, kind, quantity, .. } = *moved;
    OfLine { id: MovementId::MAX, line, product, location, kind, quantity }
}

/// What the orders that are changed hold, and their versions: of those that hold anything.
fn held(
    conn: &mut Conn,
    wanted: &[(usize, &Commit)],
) -> QueryResult<BTreeMap<i64, (i64, Vec<orders_domain::stock::movement::Held>)>> {
    let changed = wanted.iter().filter_map(|(_, work)| match &work.change {
        Change::Order(changed) => Some(changed.order().id().get()),
        _ => None,
    });
    let changed: Vec<_> = changed.collect();
    if changed.is_empty() {
        return Ok(BTreeMap::new());
    }
    let held = stock::held(conn, changed)?;
    if held.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<_> = held.keys().copied().collect();
    let versions: Vec<(i64, i64)> =
        orders::table.filter(orders::id.eq_any(ids)).select((orders::id, orders::version)).load(conn)?;
    let versions: HashMap<_, _> = versions.into_iter().collect();
    let with_version = |(id, held)| versions.get(&id).map(|version| (id, (*version, held)));
    Ok(held.into_iter().filter_map(with_version).collect())
}

/// Those whose key is known, whatever it stands for.
fn with_known_keys(conn: &mut Conn, writes: &[Write], indices: &[usize]) -> QueryResult<HashSet<usize>> {
    let asked: Vec<_> = indices
        .iter()
        .filter_map(|index| {
            let work = of(&writes[*index])?;
            let (user, idempotency) = work.origin.actor.user().zip(work.made_by.as_ref())?;
            Some((*index, Asked { user, idempotency, now: work.now }))
        })
        .collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let (indices, asked): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    let known = keys::find(conn, &asked)?;
    Ok(known.into_keys().filter_map(|place| indices.get(place).copied()).collect())
}
