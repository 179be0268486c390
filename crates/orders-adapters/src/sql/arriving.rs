//! Files of orders from another system, against the seam's connection (`super::Conn`): what is found of a line, what
//! the domain makes of it, and that it is stored. How rows are stored is the seam's (`super::filling`).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::{dsl::exists, prelude::*, select};
use orders_domain::{
    Directory, LocationId, Order, OrderProduct, ProductId,
    order::import::{ImportedOrder, Known, OrderImport, OrderTally},
    ports::PortError,
    stock::{Level, movement::Move, shelves::Shelves},
};

use super::{
    super::{
        bulk::{BulkImports, ImportError, Lines, Run},
        rows::{
            self, corrupt,
            order::{JoinedRow, bare},
            stock::NewMovementRow,
        },
        schema::{orders, products},
        stored::{StoredEvent, StoredOrder},
    },
    Bulk, Conn, catalogue, filling,
    importing::again,
    markets,
};

/// Products that are looked for at once: each is a value of the statement, and SQLite takes 32,766 of them.
const AT_ONCE: usize = 10_000;

impl BulkImports for Bulk {
    fn import_orders(
        &mut self,
        lines: &mut dyn Lines<ImportedOrder>,
        run: Run,
    ) -> Result<OrderTally, ImportError> {
        let (conn, at) = (self.conn(), run.at.trunc_subsecs(3));
        let done = again(|| {
            let mut found = Found::begin(conn)?;
            let checked = go_through(conn, &mut found, lines, at, |_, _| Ok(()))?;
            if run.dry || checked.added == 0 {
                return Ok(checked);
            }
            let selling = found.selling();
            filling::transaction(conn, |conn| {
                filling::lock_levels(conn, &selling)?;
                let stored = store(conn, &mut found, checked, lines, at)?;
                // Of what is locked, and no more: a product may be counted that was not.
                if found.selling() != selling {
                    return Err(ImportError::Overtaken);
                }
                filling::enter_gate(conn)?;
                if found.is_priced_as(&markets::directory(conn)?) {
                    Ok(stored)
                } else {
                    Err(ImportError::Overtaken)
                }
            })
        });
        if let Ok(OrderTally { added: 1.., .. }) = &done
            && !run.dry
        {
            let tables = "orders, order_products, order_shipments, order_shipment_products, events";
            filling::analyze(conn, tables);
        }
        done
    }
}

/// What the database has of what lines name.
struct Found {
    marketplaces: Directory,
    /// Of each product that was looked for whether it exists.
    products: HashMap<ProductId, bool>,
    /// The products of orders that are still to be sent.
    shelves: Shelves,
    /// What is reserved of them since the file was begun.
    levels: BTreeMap<(ProductId, LocationId), Level>,
    /// Whether any order is from elsewhere.
    any: bool,
}

impl Found {
    fn begin(conn: &mut Conn) -> Result<Self, ImportError> {
        let is_from_elsewhere = orders::table.filter(orders::external_id.is_not_null());
        let any = select(exists(is_from_elsewhere)).get_result(conn)?;
        let (products, shelves, levels) = (HashMap::new(), Shelves::new(), BTreeMap::new());
        Ok(Self { marketplaces: markets::directory(conn)?, products, shelves, levels, any })
    }

    /// Whether all marketplaces have the currencies here that they had when the lines were judged.
    fn is_priced_as(&self, now: &Directory) -> bool {
        self.marketplaces.entries().all(|entry| {
            let now = now.get(entry.marketplace.code);
            now.is_some_and(|now| now.marketplace.details.currency == entry.marketplace.details.currency)
        })
    }

    /// Forgets the levels, which are read anew.
    fn rewind(&mut self) {
        self.shelves.clear();
        self.levels.clear();
    }

    /// The products of which something is reserved, ascending.
    fn selling(&self) -> Vec<ProductId> {
        let mut products: Vec<_> = self.levels.keys().map(|(product, _)| *product).collect();
        products.dedup();
        products
    }

    /// Learns of the products of some lines.
    fn look_up(&mut self, conn: &mut Conn, lines: &[ImportedOrder]) -> QueryResult<()> {
        let named = lines.iter().flat_map(|order| &order.lines).map(OrderProduct::product);
        let unknown: HashSet<_> = named.filter(|product| !self.products.contains_key(product)).collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        for some in unknown.chunks(AT_ONCE) {
            self.products.extend(some.iter().map(|product| (*product, false)));
            let with_id = products::table.filter(products::id.eq_any(some.iter().map(|id| id.get())));
            let there: Vec<i64> = with_id.select(products::id).load(conn)?;
            for id in there {
                self.products.insert(id.try_into().map_err(corrupt)?, true);
            }
        }
        let open = lines.iter().filter(|order| order.is_open()).flat_map(|order| &order.lines);
        let open: BTreeSet<_> = open.map(OrderProduct::product).collect();
        let unknown = open.into_iter().filter(|product| self.shelves.shelf(*product).is_none());
        let unknown: Vec<_> = unknown.map(ProductId::get).collect();
        for some in unknown.chunks(AT_ONCE) {
            catalogue::learn(conn, &mut self.shelves, some)?;
        }
        Ok(())
    }

    /// The orders that have the names of some lines, by these.
    fn stored(&self, conn: &mut Conn, lines: &[ImportedOrder]) -> QueryResult<HashMap<String, Order>> {
        if !self.any {
            return Ok(HashMap::new());
        }
        let names: Vec<_> = lines.iter().map(|order| order.from.external_id.as_str()).collect();
        let is_one = orders::external_id.is_not_null().and(orders::external_id.eq_any(names));
        let stored = rows::order::orders(bare(is_one).load::<JoinedRow>(conn)?).map_err(corrupt)?;
        let by_name = |order: Order| Some((order.imported()?.external_id.as_str().to_owned(), order));
        Ok(stored.into_iter().filter_map(by_name).collect())
    }
}

/// An order to be stored, and what is reserved for it.
struct Taken {
    order: ImportedOrder,
    moves: Vec<Move>,
}

/// Goes through the file, and hands over what is to be stored, as long as nothing is wrong.
fn go_through(
    conn: &mut Conn,
    found: &mut Found,
    lines: &mut dyn Lines<ImportedOrder>,
    at: DateTime<Utc>,
    mut store: impl FnMut(&mut Conn, Vec<Taken>) -> Result<(), ImportError>,
) -> Result<OrderTally, ImportError> {
    let mut import = OrderImport::new(at);
    found.rewind();
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        found.look_up(conn, &some)?;
        let stored = found.stored(conn, &some)?;
        let Found { products, marketplaces, shelves, .. } = found;
        let mut known = Known { products, marketplaces, shelves };
        let mut taken = Vec::with_capacity(some.len());
        for order in some {
            let there = stored.get(order.from.external_id.as_str());
            if let Some(moves) = import.takes(&order, there, &mut known) {
                taken.push(Taken { order, moves });
            }
        }
        found.levels.extend(found.shelves.settle_changes());
        if import.faults.lines() == 0 {
            store(conn, taken)?;
        }
    }
    if import.faults.lines() > 0 {
        return Err(ImportError::Faults(import.faults));
    }
    Ok(import.tally)
}

/// Goes through the same file again and stores it, under numbers in a row.
fn store(
    conn: &mut Conn,
    found: &mut Found,
    checked: OrderTally,
    lines: &mut dyn Lines<ImportedOrder>,
    at: DateTime<Utc>,
) -> Result<OrderTally, ImportError> {
    let mut next = filling::numbers(conn, (checked.added, checked.events), at)?;
    let behind = next.order.saturating_add_unsigned(checked.added);
    let are_more = checked.added > next.order.unsigned_abs();
    let mut add = |conn: &mut Conn, some: Vec<Taken>| {
        let (mut complete, mut moved) = (Vec::with_capacity(some.len()), Vec::new());
        for Taken { order: imported, moves } in some {
            // The file is another one by now.
            if next.order == behind {
                return Err(ImportError::Overtaken);
            }
            let stored = numbered(&imported, &mut next).map_err(ImportError::Database)?;
            if let Some(placed) = stored.events.first()
                && !moves.is_empty()
            {
                moved.push((placed.event.id, stored.order.id(), moves));
            }
            complete.push(stored);
        }
        filling::add_orders(conn, &complete)?;
        let rows = moved
            .iter()
            .flat_map(|(event, order, moves)| NewMovementRow::of(*event, moves, Some(*order), None, next.at));
        Ok(filling::move_stock(conn, &rows.collect::<Vec<_>>())?)
    };
    let stored = filling::many(conn, are_more, |conn| go_through(conn, found, lines, at, &mut add))?;
    if stored != checked {
        return Err(ImportError::Overtaken);
    }
    filling::set_levels(conn, found.levels.clone(), BTreeMap::new())?;
    Ok(stored)
}

/// What the next order and event get.
pub struct Numbers {
    pub order: i64,
    pub event: i64,
    /// When they are stored.
    pub at: DateTime<Utc>,
}

fn numbered(imported: &ImportedOrder, next: &mut Numbers) -> Result<StoredOrder, PortError> {
    let id = next.order.try_into().map_err(PortError::corrupt)?;
    let event = next.event.try_into().map_err(PortError::corrupt)?;
    let (order, events) = imported.lived(id, event, next.at).map_err(PortError::corrupt)?;
    next.order += 1;
    next.event = next.event.saturating_add_unsigned(events.len() as u64);
    let events = events.into_iter().map(|event| StoredEvent { event, made_by: None }).collect();
    Ok(StoredOrder { order, events })
}
