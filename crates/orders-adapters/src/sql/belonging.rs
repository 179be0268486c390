//! What belongs to some orders, against the seam's connection (`super::Conn`): a range of each table, put together order
//! by order. No backend is named here. Texts that nothing is compared with are looked at by the database: it says which
//! are odd.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    connection::DefaultLoadingMode,
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};
use orders_domain::{
    InvalidInput, LocationCode, OrderId, Progress, Quoted, ShipmentId,
    audit::{Difference, DifferenceKind as Kind, order::StoredOrder},
};

use super::{
    super::{
        audit::Stretch,
        rows::{
            audited::{
                self, CancellationRow, Known, LINES, LineRow, LineTypes, MovementRow, OrderRow, OrderTypes,
                ParcelRow, ParcelTypes, cancellations_of, line_of, movement_of, order_of_line, shipment_of,
            },
            moment,
        },
        schema::{locations, marketplaces},
    },
    Conn,
    auditing::of_order,
    recounting::{Events, events},
};

/// Those of a table that are of some orders, in their order.
struct Rows<T>(std::iter::Peekable<std::vec::IntoIter<T>>);

impl<T> Rows<T> {
    fn new(rows: Vec<T>) -> Self {
        Self(rows.into_iter().peekable())
    }

    /// The next ones, of orders before this one: of none that is there.
    fn before(&mut self, order: i64, of: impl Fn(&T) -> i64) -> impl Iterator<Item = T> {
        std::iter::from_fn(move || self.0.next_if(|row| of(row) < order))
    }

    /// The next ones that are of this order.
    fn of(&mut self, order: i64, of: impl Fn(&T) -> i64) -> impl Iterator<Item = T> {
        std::iter::from_fn(move || self.0.next_if(|row| of(row) == order))
    }
}

/// All that is read of some orders.
pub struct Page {
    /// Their rows, for [`Self::next`].
    pub orders: Vec<OrderRow>,
    lines: Rows<LineRow>,
    parcels: Rows<ParcelRow>,
    parts: BTreeMap<i64, Vec<(i64, i64)>>,
    firsts: Rows<(i64, i64, i64)>,
    cancellations: Rows<CancellationRow>,
    /// Order, number, line, quantity.
    cancelled: Rows<(i64, i64, i64, i64)>,
    events: Rows<Events>,
    movements: Rows<MovementRow>,
    codes: BTreeMap<i64, LocationCode>,
    marketplaces: BTreeSet<String>,
}

impl Page {
    /// Reads all of it.
    pub fn read(
        conn: &mut Conn,
        Stretch { after, last }: Stretch,
        found: &mut Vec<Difference>,
    ) -> QueryResult<Self> {
        let (first, lines, behind) = (after + 1, after * LINES + 1, last.saturating_mul(LINES));
        let orders = sql::<OrderTypes>(&format!(
            "SELECT id, order_date, updated_at, status, currency, version, fulfillment, current_total, marketplace, \
             chosen_by, locale, ship_to, external_id, placed_at, coalesce(email NOT LIKE '%_@_%', FALSE) FROM orders \
             WHERE id BETWEEN {first} AND {last} ORDER BY id"
        ))
        .load(conn)?;
        let lines_of_orders = sql::<LineTypes>(&format!(
            "SELECT id, product_id, price, quantity, name, name_from, model, (name IS NULL) <> (name_from IS NULL) \
             OR order_id <> (id - 1) / {LINES} + 1 \
             FROM order_products WHERE id BETWEEN {lines} AND {behind} ORDER BY id"
        ))
        .load(conn)?;
        let parcels: Vec<ParcelRow> = sql::<ParcelTypes>(&format!(
            "SELECT order_id, number, location_id, status, shipping_provider, tracking_number, weight_g, reasons, \
             created_at, shipped_at, delivered_at FROM order_shipments WHERE order_id BETWEEN {first} AND {last} \
             ORDER BY order_id, number"
        ))
        .load(conn)?;
        let firsts = parts(conn, first, last)?;
        let mut numbers: Vec<i64> =
            parcels.iter().map(|parcel| parcel.1).filter(|number| *number > 1).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let mut others: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
        for number in numbers {
            let apart = (number - 1).saturating_mul(ShipmentId::APART);
            for (parcel, line, quantity) in
                parts(conn, apart.saturating_add(first), apart.saturating_add(last))?
            {
                others.entry(parcel).or_default().push((line, quantity));
            }
        }
        let cancellations = sql::<(BigInt, BigInt, Text, BigInt, Bool)>(&format!(
            "SELECT order_id, number, reason, event, coalesce(length(note) NOT BETWEEN 1 AND 500, FALSE) \
             FROM order_cancellations WHERE order_id BETWEEN {first} AND {last} ORDER BY order_id, number"
        ))
        .load(conn)?;
        let cancelled = sql::<(BigInt, BigInt, BigInt, BigInt)>(&format!(
            "SELECT order_id, number, line, quantity FROM order_cancelled_products \
             WHERE order_id BETWEEN {first} AND {last} ORDER BY order_id, number, line"
        ))
        .load(conn)?;
        let movements = sql::<(BigInt, BigInt, BigInt, BigInt, Text, BigInt)>(&format!(
            "SELECT line, id, product_id, location_id, kind, quantity FROM stock_movements \
             WHERE line BETWEEN {lines} AND {behind} ORDER BY line, id"
        ))
        .load(conn)?;
        let codes =
            if parcels.iter().any(|parcel| parcel.2.is_some()) { codes(conn)? } else { BTreeMap::new() };
        Ok(Self {
            orders,
            lines: Rows::new(lines_of_orders),
            parcels: Rows::new(parcels),
            parts: others,
            firsts: Rows::new(firsts),
            cancellations: Rows::new(cancellations),
            cancelled: Rows::new(cancelled),
            events: Rows::new(events(conn, Stretch { after, last }, found)?),
            movements: Rows::new(movements),
            codes,
            marketplaces: marketplaces::table.select(marketplaces::code).load(conn)?.into_iter().collect(),
        })
    }
}

/// What is in the parcels of these ids: parcel, line, quantity.
fn parts(conn: &mut Conn, first: i64, last: i64) -> QueryResult<Vec<(i64, i64, i64)>> {
    sql::<(BigInt, BigInt, BigInt)>(&format!(
        "SELECT shipment_id, line, quantity FROM order_shipment_products \
         WHERE shipment_id BETWEEN {first} AND {last} ORDER BY shipment_id, line"
    ))
    .load_iter::<(i64, i64, i64), DefaultLoadingMode>(conn)?
    .collect()
}

/// The codes of all places that can be read.
fn codes(conn: &mut Conn) -> QueryResult<BTreeMap<i64, LocationCode>> {
    let all: Vec<(i64, String)> = locations::table.select((locations::id, locations::code)).load(conn)?;
    Ok(all.into_iter().filter_map(|(id, code)| Some((id, code.parse().ok()?))).collect())
}

impl Page {
    /// Passes by what belongs to orders that are not there: each is a difference.
    pub fn skip_to(&mut self, id: i64, found: &mut Vec<Difference>) {
        let mut alone = |kind, order: i64, what: &str| {
            found.push(Difference::new(kind, format_args!("orders/{order}"), what));
        };
        for order in
            one_of_each(self.lines.before(id, |row| order_of_line(row.0)), |row| order_of_line(row.0))
        {
            alone(Kind::LineAlone, order, "is not there, and has lines");
        }
        for order in one_of_each(self.parcels.before(id, |row| row.0), |row| row.0) {
            alone(Kind::ParcelAlone, order, "is not there, and has a parcel");
        }
        for order in one_of_each(self.cancellations.before(id, |row| row.0), |row| row.0) {
            alone(Kind::CancellationAlone, order, "is not there, and has a cancellation");
        }
        for order in one_of_each(self.events.before(id, |row| row.order), |row| row.order) {
            alone(Kind::OrderEventAlone, order, "is not there, and has events");
        }
        for order in
            one_of_each(self.movements.before(id, |row| order_of_line(row.0)), |row| order_of_line(row.0))
        {
            alone(Kind::OrderMovement, order, "is not there, and has movements");
        }
        for order in one_of_each(self.firsts.before(id, |row| row.0), |row| row.0) {
            alone(Kind::ParcelPart, order, "is not there, and has pieces in a parcel");
        }
        // What is cancelled without a cancellation is looked for by itself.
        self.cancelled.before(id, |row| row.0).for_each(drop);
    }

    /// The next order, whose row this is.
    pub fn next(
        &mut self,
        row: OrderRow,
        known: &mut Known,
        found: &mut Vec<Difference>,
    ) -> Result<StoredOrder, InvalidInput> {
        let id = row.0;
        // All are taken, also where the first cannot be read.
        let lines: Vec<_> = self.lines.of(id, |row| order_of_line(row.0)).collect();
        let parcels: Vec<_> = self.parcels.of(id, |row| row.0).collect();
        let first: Vec<_> = self.firsts.of(id, |row| row.0).map(|(_, line, pieces)| (line, pieces)).collect();
        let cancellations: Vec<_> = self.cancellations.of(id, |row| row.0).collect();
        let cancelled: Vec<_> = self.cancelled.of(id, |row| row.0).collect();
        let events: Vec<_> = self.events.of(id, |row| row.order).map(|row| row.stored).collect();
        let movements: Vec<_> = self.movements.of(id, |row| order_of_line(row.0)).collect();

        let (_, ordered, updated, status, currency, version, ..) = &row;
        let (
            ..,
            fulfillment,
            current_total,
            marketplace,
            chosen_by,
            locale,
            ship_to,
            external_id,
            placed_at,
            is_odd,
        ) = &row;
        if !first.is_empty() && parcels.iter().all(|parcel| parcel.1 != 1) {
            found.push(of_order(Kind::ParcelPart, id, "has pieces in a parcel that is not there".to_owned()));
        }
        if let Some(code) = marketplace.as_ref().filter(|code| !self.marketplaces.contains(*code)) {
            let reason = format!("was placed in marketplace {}, which is not there", Quoted(code));
            found.push(of_order(Kind::OrderMarketplace, id, reason));
        }
        if *is_odd {
            return Err(InvalidInput::new("email", "cannot be read"));
        }
        audited::check_address(ship_to.as_deref())?;
        audited::check_imported(external_id.as_deref(), *placed_at)?;
        known.check([Some(currency), marketplace.as_ref(), chosen_by.as_ref(), locale.as_ref()])?;
        Ok(StoredOrder {
            id: OrderId::try_from(id)?,
            ordered_at: moment(*ordered)?,
            updated_at: moment(*updated)?,
            version: *version,
            marketplace: marketplace.clone(),
            are_lines_numbered: (1..).zip(&lines).all(|(number, line)| line.0 == (id - 1) * LINES + number),
            lines: lines.into_iter().map(|line| line_of(&line)).collect::<Result<_, _>>()?,
            progress: Progress {
                status: status.parse()?,
                shipments: parcels
                    .into_iter()
                    .map(|row| shipment_of(id, row, &first, &self.parts, &self.codes))
                    .collect::<Result<_, _>>()?,
                cancellations: cancellations_of(id, &cancellations, &cancelled)?,
            },
            cancelled_by: cancellations.iter().map(|row| row.3).collect(),
            fulfillment: fulfillment.as_deref().map(str::parse).transpose()?,
            current_total: *current_total,
            events,
            movements: movements.iter().map(movement_of).collect::<Result<_, _>>()?,
        })
    }
}

/// Each order once.
fn one_of_each<T>(rows: impl Iterator<Item = T>, of: impl Fn(&T) -> i64) -> Vec<i64> {
    let mut orders: Vec<_> = rows.map(|row| of(&row)).collect();
    orders.dedup();
    orders
}
