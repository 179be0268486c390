//! Files of orders from another system, against the seam's connection (`super::Conn`): what is found of a line, what
//! the domain makes of it, and that it is stored. How rows are stored is the seam's (`super::filling`).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::{dsl::exists, prelude::*, select};
use orders_domain::{
    Directory, Order, ProductId,
    catalogue::product::StockPolicy,
    order::import::{ImportedOrder, Known, OrderImport, OrderTally},
    ports::PortError,
};

use super::{
    super::{
        bulk::{BulkImports, ImportError, Lines, Run},
        rows::{
            self, corrupt,
            order::{JoinedRow, bare},
        },
        schema::{orders, products},
        stored::{StoredEvent, StoredOrder},
    },
    Bulk, Conn, filling,
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
            filling::transaction(conn, |conn| store(conn, &mut found, checked, lines, at))
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
    /// Of each product that was looked for whether it is counted; `None` where there is none.
    products: HashMap<ProductId, Option<bool>>,
    /// Whether any order is from elsewhere.
    any: bool,
}

impl Found {
    fn begin(conn: &mut Conn) -> Result<Self, ImportError> {
        let is_from_elsewhere = orders::table.filter(orders::external_id.is_not_null());
        let any = select(exists(is_from_elsewhere)).get_result(conn)?;
        Ok(Self { marketplaces: markets::directory(conn)?, products: HashMap::new(), any })
    }

    /// Learns of the products of some lines.
    fn look_up(&mut self, conn: &mut Conn, lines: &[ImportedOrder]) -> QueryResult<()> {
        let named = lines.iter().flat_map(|order| &order.lines).map(|line| line.product());
        let unknown: HashSet<_> = named.filter(|product| !self.products.contains_key(product)).collect();
        let unknown: Vec<_> = unknown.into_iter().collect();
        for some in unknown.chunks(AT_ONCE) {
            self.products.extend(some.iter().map(|product| (*product, None)));
            let with_id = products::table.filter(products::id.eq_any(some.iter().map(|id| id.get())));
            let rows: Vec<(i64, String)> =
                with_id.select((products::id, products::stock_policy)).load(conn)?;
            for (id, policy) in rows {
                let policy: StockPolicy = policy.parse().map_err(corrupt)?;
                self.products.insert(id.try_into().map_err(corrupt)?, Some(policy.is_tracked()));
            }
        }
        Ok(())
    }

    /// The orders that have the names of some lines, by these.
    fn stored(&self, conn: &mut Conn, lines: &[ImportedOrder]) -> QueryResult<HashMap<String, Order>> {
        if !self.any {
            return Ok(HashMap::new());
        }
        let names: Vec<_> = lines.iter().map(|order| order.from.external_id.as_str()).collect();
        let named = orders::external_id.is_not_null().and(orders::external_id.eq_any(names));
        let stored = rows::order::orders(bare(named).load::<JoinedRow>(conn)?).map_err(corrupt)?;
        let by_name = |order: Order| Some((order.imported()?.external_id.as_str().to_owned(), order));
        Ok(stored.into_iter().filter_map(by_name).collect())
    }
}

/// Goes through the file, and hands over what is to be stored, as long as nothing is wrong.
fn go_through(
    conn: &mut Conn,
    found: &mut Found,
    lines: &mut dyn Lines<ImportedOrder>,
    at: DateTime<Utc>,
    mut store: impl FnMut(&mut Conn, Vec<ImportedOrder>) -> Result<(), ImportError>,
) -> Result<OrderTally, ImportError> {
    let mut import = OrderImport::new(at);
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(mut some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        found.look_up(conn, &some)?;
        let stored = found.stored(conn, &some)?;
        let known = Known { products: &found.products, marketplaces: &found.marketplaces };
        some.retain(|order| import.takes(order, stored.get(order.from.external_id.as_str()), &known));
        if import.faults.lines() == 0 {
            store(conn, some)?;
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
    let stored = go_through(conn, found, lines, at, |conn, some| {
        let mut complete = Vec::with_capacity(some.len());
        for imported in some {
            // The file is another one by now.
            if next.order == behind {
                return Err(ImportError::Overtaken);
            }
            complete.push(numbered(&imported, &mut next).map_err(ImportError::Database)?);
        }
        Ok(filling::add_orders(conn, &complete)?)
    })?;
    if stored == checked { Ok(stored) } else { Err(ImportError::Overtaken) }
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
