//! Setting right what can be, against the seam's connection (`super::Conn`): columns that follow from events and
//! movements are written anew, and what orders hold is moved by a count. No event and no movement is changed.
//!
//! To be called in a transaction: what is wrong is found anew in it, under the seam's locks.

use chrono::{DateTime, Utc};
use diesel::{connection::SimpleConnection, prelude::*};
use orders_domain::{
    Actor, EventId, Fulfillment, LocationCode, LocationId, OrderId, Origin, ProductId, Shipment, ShipmentId,
    audit::{
        Place,
        held::Misheld,
        order::{Recomputed, StoredOrder},
    },
    stock::{
        Level,
        movement::{Move, Reason},
        shelves::Shelves,
    },
};

use super::{
    super::{
        audit::Stretch,
        rows::{
            corrupt, millis,
            shipment::{CancelledRow, PartRow, ShipmentRow},
            stock::{NewLevelRow, NewMovementRow},
        },
        schema::{
            locations, order_cancellations, order_cancelled_products, order_shipment_products,
            order_shipments, orders, stock_levels, stock_movements,
        },
    },
    Conn, analytics, audit, auditing, catalogue,
    keeping::Told,
    tallying::Tally,
};

/// Why movements are made that set something right.
const WHY: &str = "orders doctor --repair";

/// Consumers that have come past the newest event go on after it, for whoever works them off next.
const CURSORS: &str = "UPDATE consumers SET cursor = (SELECT coalesce(max(id), 0) FROM events), holder = NULL, \
    held_until = NULL WHERE cursor > (SELECT coalesce(max(id), 0) FROM events)";

/// What waits for nothing is due.
const STUCK: &str = "UPDATE deliveries SET next_at = updated_at WHERE state = 'pending' AND next_at IS NULL \
    AND NOT EXISTS (SELECT 1 FROM deliveries AS earlier WHERE earlier.state = 'pending' \
    AND earlier.consumer = deliveries.consumer AND earlier.kind = deliveries.kind \
    AND earlier.subject = deliveries.subject AND earlier.event < deliveries.event)";

/// Sets right what can be at a place.
pub fn mend(conn: &mut Conn, place: Place, now: DateTime<Utc>) -> QueryResult<()> {
    audit::hold(conn, place)?;
    match place {
        Place::Order(order) => mend_order(conn, order, now),
        Place::Level(product, location) => mend_level(conn, product, location),
        Place::Everywhere => {
            conn.batch_execute(CURSORS)?;
            conn.batch_execute(STUCK)?;
            audit::mend_counters(conn)
        }
        Place::Rollups => analytics::reset(conn),
    }
}

fn mend_order(conn: &mut Conn, order: OrderId, now: DateTime<Utc>) -> QueryResult<()> {
    let Some(stored) = read(conn, order)? else { return Ok(()) };
    if !stored.are_lines_whole() {
        return Ok(());
    }
    let progress = if let Some(told) = stored.recomputed() {
        become_it(conn, &stored, &told)?;
        told.progress
    } else {
        let columns = (
            orders::fulfillment.eq(stored.progress.kept_fulfillment(&stored.lines).map(Fulfillment::as_str)),
            orders::current_total.eq(stored.kept_total(&stored.progress)),
        );
        diesel::update(orders::table.find(order.get())).set(columns).execute(conn)?;
        // What it should hold is not known.
        return Ok(());
    };
    for misheld in stored.misheld(&progress) {
        hold_as_it_should(conn, &stored, &misheld, now)?;
    }
    Ok(())
}

fn read(conn: &mut Conn, order: OrderId) -> QueryResult<Option<StoredOrder>> {
    let mut read = None;
    let alone = Stretch { after: order.get() - 1, last: order.get() };
    auditing::read(conn, alone, &mut Vec::new(), |stored, _| read = Some(stored))?;
    Ok(read)
}

/// Writes an order's row, parcels and cancellations as its events tell. What was said of cancellations stays, and what
/// is in no event.
fn become_it(conn: &mut Conn, stored: &StoredOrder, told: &Recomputed) -> QueryResult<()> {
    let id = stored.id.get();
    let columns = (
        orders::status.eq(told.progress.status.as_str()),
        orders::version.eq(told.version),
        // No order was changed before it was placed; by which of its dates that is so its events do not tell.
        (told.updated_at >= stored.ordered_at).then(|| orders::updated_at.eq(millis(told.updated_at))),
        orders::fulfillment.eq(told.progress.kept_fulfillment(&stored.lines).map(Fulfillment::as_str)),
        orders::current_total.eq(stored.kept_total(&told.progress)),
    );
    diesel::update(orders::table.find(id)).set(columns).execute(conn)?;
    for shipment in &told.progress.shipments {
        if !stored.progress.shipments.contains(shipment) {
            set_parcel(conn, stored.id, shipment)?;
        }
    }
    let known = &stored.progress.cancellations;
    for (index, (cancellation, event)) in
        told.progress.cancellations.iter().zip(&told.cancelled_by).enumerate()
    {
        if known.get(index) == Some(cancellation) && stored.cancelled_by.get(index) == Some(event) {
            continue;
        }
        let number = i64::try_from(index + 1).unwrap_or(i64::MAX);
        let (reason, event) = (
            order_cancellations::reason.eq(cancellation.reason.as_str()),
            order_cancellations::event.eq(*event),
        );
        let key = (order_cancellations::order_id.eq(id), order_cancellations::number.eq(number));
        diesel::insert_into(order_cancellations::table)
            .values((key, reason, event))
            .on_conflict((order_cancellations::order_id, order_cancellations::number))
            .do_update()
            .set((reason, event))
            .execute(conn)?;
        let of_it = order_cancelled_products::table
            .filter(order_cancelled_products::order_id.eq(id))
            .filter(order_cancelled_products::number.eq(number));
        diesel::delete(of_it).execute(conn)?;
        for row in CancelledRow::of(stored.id, index + 1, cancellation) {
            diesel::insert_into(order_cancelled_products::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// Writes a parcel with what is in it.
fn set_parcel(conn: &mut Conn, order: OrderId, shipment: &Shipment) -> QueryResult<()> {
    let id = ShipmentId::of(order, shipment.number).get();
    let row = ShipmentRow::of(order, shipment);
    diesel::insert_into(order_shipments::table)
        .values(&row)
        .on_conflict((order_shipments::order_id, order_shipments::number))
        .do_update()
        .set(&row)
        .execute(conn)?;
    let of_it = order_shipment_products::table.filter(order_shipment_products::shipment_id.eq(id));
    diesel::delete(of_it).execute(conn)?;
    for row in PartRow::of(order, shipment) {
        diesel::insert_into(order_shipment_products::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Moves what a line holds too much or too little, place by place, each by a count of its own.
fn hold_as_it_should(
    conn: &mut Conn,
    stored: &StoredOrder,
    misheld: &Misheld,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let Some(line) = stored.lines.get(usize::from(misheld.line)) else { return Ok(()) };
    let mut missing = misheld.missing();
    for (location, pieces) in &misheld.at {
        let more = match *pieces {
            // Below nothing a line holds nowhere.
            below if below < 0 => -below,
            held if missing < 0 => missing.max(-held),
            _ => missing,
        };
        if more != 0 && hold(conn, (line.product(), *location), (stored.id, misheld.line), more, now)? {
            missing -= more;
        }
    }
    Ok(())
}

/// Has a line hold so many more pieces at a place, or fewer, if that can be; whether it could.
fn hold(
    conn: &mut Conn,
    (product, location): (ProductId, LocationId),
    (order, line): (OrderId, u8),
    more: i64,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let code: Option<String> =
        locations::table.find(location.get()).select(locations::code).first(conn).optional()?;
    let Some(code) = code else { return Ok(false) };
    let code: LocationCode = code.parse().map_err(corrupt)?;
    let Some((shelf, _)) = catalogue::shelf(conn, product.get())? else { return Ok(false) };
    let mut shelves = Shelves::new();
    shelves.learn(product, shelf);
    let mut tally = Tally::default();
    let is_broken = !tally.finish(conn, product)?.is_empty();
    let stands = shelves.level(product, location).map(|level| (level.on_hand, level.reserved));
    if is_broken || stands != tally.led((product, location)) {
        return Ok(false);
    }
    let Some(decision) = shelves.hold((product, &code), line, more) else { return Ok(false) };
    for ((product, location), level) in shelves.settle_changes() {
        set_level(conn, product, location, level)?;
    }
    let event = EventId::try_from(audit::next_event(conn, now)?).map_err(corrupt)?;
    let (told, moves) = Told::kept(decision);
    told.tell(conn, event, now, &Origin::from(Actor::Cli), None)?;
    record(conn, event, &moves, order, now)?;
    Ok(true)
}

fn record(
    conn: &mut Conn,
    event: EventId,
    moves: &[Move],
    order: OrderId,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let why = Reason::parse(WHY).map_err(corrupt)?;
    for row in NewMovementRow::of(event, moves, Some(order), Some(&why), now) {
        diesel::insert_into(stock_movements::table).values(row).execute(conn)?;
    }
    Ok(())
}

fn set_level(conn: &mut Conn, product: ProductId, location: LocationId, level: Level) -> QueryResult<()> {
    let row = NewLevelRow {
        product_id: product.get(),
        location_id: location.get(),
        on_hand: level.on_hand,
        reserved: level.reserved,
        backorder_limit: level.backorder_limit,
        short: level.short(),
        version: level.version.map_or(1, orders_domain::Version::get),
    };
    diesel::insert_into(stock_levels::table)
        .values(&row)
        .on_conflict((stock_levels::product_id, stock_levels::location_id))
        .do_update()
        .set(&row)
        .execute(conn)
        .map(drop)
}

/// Writes a level as its movements lead to it, where there can be such a level.
fn mend_level(conn: &mut Conn, product: ProductId, location: LocationId) -> QueryResult<()> {
    let mut tally = Tally::default();
    tally.finish(conn, product)?;
    let (on_hand, reserved) = tally.led((product, location)).unwrap_or_default();
    let of_level = stock_levels::table.find((product.get(), location.get()));
    let kept: Option<(i64, i64)> =
        of_level.select((stock_levels::backorder_limit, stock_levels::version)).first(conn).optional()?;
    let can_be = on_hand >= 0 && reserved >= 0 && (kept.is_some() || is_there(conn, product, location)?);
    if !can_be {
        return Ok(());
    }
    let (backorder_limit, version) = kept.unwrap_or((0, tally.seen_to(conn, product, location)?.max(1)));
    let version = Some(version.try_into().map_err(corrupt)?);
    set_level(conn, product, location, Level { on_hand, reserved, backorder_limit, version })
}

/// Whether there are such a product and such a place.
fn is_there(conn: &mut Conn, product: ProductId, location: LocationId) -> QueryResult<bool> {
    let place: Option<i64> =
        locations::table.find(location.get()).select(locations::id).first(conn).optional()?;
    Ok(place.is_some() && catalogue::shelf(conn, product.get())?.is_some())
}
