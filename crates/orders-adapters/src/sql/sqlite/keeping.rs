//! What the shop's people change: products, places and stock, each with its event.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, result::Error};
use orders_domain::{
    EventId, EventType, Facts, Idempotency, LocationId, Origin, Product, ProductId, Subject, Version,
    ports::{Change, Made, Refused, Taken},
    stock::{
        Location,
        keeping::{Kept, StockChange, StockDecision},
        shelves::Place,
    },
};

use super::{
    super::{
        rows::{
            self,
            event::{NewEventRow, data_of_other},
            product::DetailsRow,
            stock::PlaceRow,
        },
        schema::{locations, products},
        writer::Outcome,
    },
    Conn, catalogue,
    commit::Known,
    events, stock,
};

/// Who changes something, by which request, and when.
pub type By<'a> = (&'a Origin, Option<&'a Idempotency>, DateTime<Utc>);

/// Does it, with this event.
pub fn keep(
    conn: &mut Conn,
    known: &mut Known<'_>,
    event: EventId,
    change: &Change,
    by: By<'_>,
) -> QueryResult<Outcome> {
    match change {
        Change::NewProduct(new) => {
            let id = match new.id {
                Some(id) if exists(conn, id)? => return Ok(taken(Taken::ProductId(id.get()))),
                Some(id) => id,
                None => next_product(conn)?,
            };
            let product = Product { id, details: new.details.clone(), version: Version::FIRST };
            if sku_is_taken(conn, &product)? {
                return Ok(taken_sku(&product));
            }
            let created = (products::id.eq(id.get()), products::created_at.eq(rows::millis(by.2)));
            diesel::insert_into(products::table)
                .values((created, DetailsRow::of(&product, by.2)))
                .execute(conn)?;
            let said = Facts::new().with("to", product.details.facts());
            told(
                conn,
                event,
                (Subject::Product(id), Version::FIRST),
                (EventType::ProductCreated, &said),
                Made::Product(product),
                by,
            )
        }
        Change::Product(changed) => {
            let product = changed.product();
            let at = products::table.find(product.id.get());
            let stored: Option<i64> = at.select(products::version).first(conn).optional()?;
            if stored != Some(changed.seen().get()) {
                return Ok(Outcome::Refused(Refused::Stale));
            }
            // Of a version that is past it does not matter what it would have become.
            if sku_is_taken(conn, product)? {
                return Ok(taken_sku(product));
            }
            diesel::update(at).set(DetailsRow::of(product, by.2)).execute(conn)?;
            known.stockroom.set_terms(product.id, product.terms());
            let what = (EventType::ProductChanged, changed.said());
            told(
                conn,
                event,
                (Subject::Product(product.id), product.version),
                what,
                Made::Product(product.clone()),
                by,
            )
        }
        Change::NewLocation(new) => {
            let places = catalogue::places(conn)?;
            if places.iter().any(|place| place.code == new.code) {
                return Ok(taken(Taken::LocationCode(new.code.to_string())));
            }
            if places.len() >= Location::MOST {
                return Ok(taken(Taken::Locations));
            }
            let last = places.iter().map(|place| place.id.get()).max().unwrap_or_default();
            let id = LocationId::try_from(last + 1).map_err(rows::corrupt)?;
            let (code, details) = (new.code.clone(), new.details.clone());
            let location = Location { id, code, details, version: Version::FIRST };
            diesel::insert_into(locations::table)
                .values((locations::id.eq(id.get()), PlaceRow::of(&location)))
                .execute(conn)?;
            let said = Facts::new().with("to", location.details.facts());
            let subject = (Subject::Location(location.code.clone()), Version::FIRST);
            told(conn, event, subject, (EventType::LocationCreated, &said), Made::Location(location), by)
        }
        Change::Location(changed) => {
            let location = changed.location();
            let at =
                locations::table.find(location.id.get()).filter(locations::version.eq(changed.seen().get()));
            if diesel::update(at).set(PlaceRow::of(location)).execute(conn)? == 0 {
                return Ok(Outcome::Refused(Refused::Stale));
            }
            let subject = (Subject::Location(location.code.clone()), location.version);
            let what = (EventType::LocationChanged, changed.said());
            told(conn, event, subject, what, Made::Location(location.clone()), by)
        }
        Change::Stock(change) => keep_stock(conn, known, event, change, by),
        Change::Place(_) | Change::Sell(_) | Change::Order(_) => Err(Error::BrokenTransactionManager),
    }
}

fn keep_stock(
    conn: &mut Conn,
    known: &mut Known<'_>,
    event: EventId,
    change: &StockChange,
    by: By<'_>,
) -> QueryResult<Outcome> {
    let places = catalogue::places(conn)?;
    let shelves = known.stockroom.knowing(conn, [change.product])?;
    for code in change.places() {
        if let Some(Location { id, code, details, .. }) =
            places.iter().find(|place| place.code == *code).cloned()
        {
            let place = Place { id, code, priority: details.priority, active: details.active };
            shelves.add_place(change.product, place);
        }
    }
    let mark = shelves.mark();
    let decision = match shelves.keep(change) {
        Ok(Ok(decision)) => decision,
        Ok(Err(same)) => return Ok(Outcome::Same(Made::Stock(same))),
        Err(refused) => {
            shelves.roll_back_to(mark);
            return Ok(Outcome::Refused(Refused::NotKept(refused)));
        }
    };
    let decision = if decision.is_short() { named(conn, &places, decision)? } else { decision };
    let StockDecision { moves, event: kind, subject, version, said, kept } = decision;
    stock::record(conn, event, &moves, None, Some(&change.reason), by.2)?;
    told(conn, event, (subject, version), (kind, &said), Made::Stock(kept), by)
}

/// The decision, with the orders that hold what is short.
fn named(conn: &mut Conn, places: &[Location], decision: StockDecision) -> QueryResult<StockDecision> {
    let Kept { levels, .. } = &decision.kept;
    let at = levels.first().and_then(|level| places.iter().find(|place| place.code == level.location));
    let orders = match (levels.first(), at) {
        (Some(level), Some(place)) => stock::holders(conn, level.product, place.id)?,
        _ => Vec::new(),
    };
    Ok(decision.held_by(orders))
}

/// Stores the event that says what was made.
fn told(
    conn: &mut Conn,
    event: EventId,
    (subject, version): (Subject, Version),
    (kind, said): (EventType, &Facts),
    made: Made,
    (origin, made_by, at): By<'_>,
) -> QueryResult<Outcome> {
    let data = data_of_other(said, &made.facts())?;
    let (of, number) = subject.parts();
    let row = NewEventRow::of_other(event.get(), (&of, number, version, at), (kind, &data), origin, made_by);
    events::insert(conn, row)?;
    Ok(Outcome::Made(made))
}

fn taken(what: Taken) -> Outcome {
    Outcome::Refused(Refused::Taken(what))
}

fn taken_sku(product: &Product) -> Outcome {
    let sku = product.details.sku.as_ref();
    taken(Taken::Sku(sku.map(|sku| sku.as_str().to_owned()).unwrap_or_default()))
}

fn exists(conn: &mut Conn, id: ProductId) -> QueryResult<bool> {
    let found: Option<i64> = products::table.find(id.get()).select(products::id).first(conn).optional()?;
    Ok(found.is_some())
}

fn next_product(conn: &mut Conn) -> QueryResult<ProductId> {
    let last: Option<i64> =
        products::table.order(products::id.desc()).select(products::id).first(conn).optional()?;
    ProductId::try_from(last.unwrap_or_default().saturating_add(1)).map_err(rows::corrupt)
}

/// Whether another product has its sku.
fn sku_is_taken(conn: &mut Conn, product: &Product) -> QueryResult<bool> {
    let Some(sku) = &product.details.sku else { return Ok(false) };
    let other: Option<i64> = products::table
        .filter(products::sku.eq(sku.as_str()))
        .filter(products::id.ne(product.id.get()))
        .select(products::id)
        .first(conn)
        .optional()?;
    Ok(other.is_some())
}
