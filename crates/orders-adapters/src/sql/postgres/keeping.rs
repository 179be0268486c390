//! What the shop's people change: products, places and stock, a transaction each.
//!
//! It locks in the order of all who do: keys are only looked up, then levels, then the gate where products
//! or places are changed, then the event with the key. Where another one was faster with a key, a name or a
//! new level, an index says so, and all is decided again.

use chrono::{DateTime, SubsecRound, Utc};
use diesel::{
    Connection, QueryResult,
    connection::SimpleConnection,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    result::{DatabaseErrorKind, Error},
    sql_types::BigInt,
};
use orders_domain::{
    EventId, EventType, Facts, LocationId, Product, ProductId, Subject, Version,
    ports::{Change, Commit, Made, PortError, Refused, Taken},
    stock::{
        Location,
        keeping::{StockChange, StockDecision},
        movement::{Move, Reason},
        shelves::Place,
    },
};

use super::{
    super::{
        rows::{
            self,
            event::{NewEventRow, data_of_other},
            product::DetailsRow,
            stock::{NewMovementRow, PlaceRow},
        },
        schema::{events, locations, products, stock_movements},
        writer::{Outcome, Write},
    },
    Conn, catalogue,
    connection::is_lost,
    history,
    keys::{self, Asked, Known},
    pieces::Sql,
    stock::{self, Levels},
};

/// How often a change is decided again when others are faster.
const TRIES: usize = 16;

/// Whether it is a change of the shop's people.
pub fn is_kept(work: &Commit) -> bool {
    match work.change {
        Change::Place(_) | Change::Sell(_) | Change::Order(_) => false,
        Change::NewProduct(_)
        | Change::Product(_)
        | Change::NewLocation(_)
        | Change::Location(_)
        | Change::Stock(_) => true,
    }
}

/// The change of the shop's people, if a write is one.
pub fn of(write: &Write) -> Option<&Commit> {
    match write {
        Write::Commit(work) | Write::Rehearse(work) => Some(work).filter(|work| is_kept(work)),
        Write::Recall { .. } | Write::Probe => None,
    }
}

/// Does it in a transaction of its own, again where another one was faster.
///
/// # Errors
///
/// [`PortError::Unavailable`] when nothing was written, [`PortError::Unknown`] when that is not known.
pub fn keep_patiently(conn: &mut Conn, work: &Commit) -> Result<Outcome, PortError> {
    use DatabaseErrorKind::{SerializationFailure, UniqueViolation, Unknown};

    let mut tries = 0;
    loop {
        tries += 1;
        match conn.transaction(|conn| keep(conn, work)) {
            Ok(outcome) => return Ok(outcome),
            Err(error) if matches!(error, Error::DeserializationError(_)) || is_lost(conn, &error) => {
                return Err(PortError::Unknown(error.into()));
            }
            Err(Error::DatabaseError(UniqueViolation | SerializationFailure | Unknown, _))
                if tries < TRIES => {}
            Err(error) => return Err(PortError::Unavailable(error.into())),
        }
    }
}

/// Does it, unless its key is known. To be called in a transaction.
pub fn keep(conn: &mut Conn, work: &Commit) -> QueryResult<Outcome> {
    if let Some(known) = known(conn, work)? {
        return Ok(known);
    }
    let at = work.now.trunc_subsecs(3);
    match &work.change {
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
            let created = (products::id.eq(id.get()), products::created_at.eq(rows::millis(at)));
            diesel::insert_into(products::table)
                .values((created, DetailsRow::of(&product, at)))
                .execute(conn)?;
            let said = Facts::new().with("to", product.details.facts());
            close_gate(conn)?;
            let of = (Subject::Product(id), Version::FIRST);
            told(conn, work, of, (EventType::ProductCreated, &said), Made::Product(product), (&[], None))
        }
        Change::Product(changed) => {
            let product = changed.product();
            if sku_is_taken(conn, product)? {
                return Ok(taken_sku(product));
            }
            let row =
                products::table.find(product.id.get()).filter(products::version.eq(changed.seen().get()));
            if diesel::update(row).set(DetailsRow::of(product, at)).execute(conn)? == 0 {
                return Ok(Outcome::Refused(Refused::Stale));
            }
            close_gate(conn)?;
            let of = (Subject::Product(product.id), product.version);
            let said = (EventType::ProductChanged, changed.said());
            told(conn, work, of, said, Made::Product(product.clone()), (&[], None))
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
            close_gate(conn)?;
            let of = (Subject::Location(location.code.clone()), Version::FIRST);
            told(conn, work, of, (EventType::LocationCreated, &said), Made::Location(location), (&[], None))
        }
        Change::Location(changed) => {
            let location = changed.location();
            let row =
                locations::table.find(location.id.get()).filter(locations::version.eq(changed.seen().get()));
            if diesel::update(row).set(PlaceRow::of(location)).execute(conn)? == 0 {
                return Ok(Outcome::Refused(Refused::Stale));
            }
            close_gate(conn)?;
            let of = (Subject::Location(location.code.clone()), location.version);
            let said = (EventType::LocationChanged, changed.said());
            told(conn, work, of, said, Made::Location(location.clone()), (&[], None))
        }
        Change::Stock(change) => keep_stock(conn, work, change),
        Change::Place(_) | Change::Sell(_) | Change::Order(_) => Err(Error::BrokenTransactionManager),
    }
}

fn keep_stock(conn: &mut Conn, work: &Commit, change: &StockChange) -> QueryResult<Outcome> {
    let mut shelves = stock::lock(conn, vec![change.product.get()])?;
    let places = catalogue::places(conn)?;
    for code in change.places() {
        if let Some(Location { id, code, details, .. }) =
            places.iter().find(|place| place.code == *code).cloned()
        {
            let place = Place { id, code, priority: details.priority, active: details.active };
            shelves.add_place(change.product, place);
        }
    }
    let is_there = |shelves: &orders_domain::stock::shelves::Shelves, location: LocationId| {
        let spots = shelves.shelf(change.product).map(|shelf| shelf.spots()).unwrap_or_default();
        spots.iter().any(|spot| spot.place.id == location && spot.level.version.is_some())
    };
    let there: Vec<_> = places.iter().map(|place| place.id).filter(|id| is_there(&shelves, *id)).collect();
    let decision = match shelves.keep(change) {
        Ok(Ok(decision)) => decision,
        Ok(Err(same)) => return Ok(Outcome::Same(Made::Stock(same))),
        Err(refused) => return Ok(Outcome::Refused(Refused::NotKept(refused))),
    };
    let decision = if decision.is_short() {
        let at = decision.kept.levels.first().map(|level| &level.location);
        let place = places.iter().find(|place| Some(&place.code) == at);
        let orders = match place {
            Some(place) => stock::holders(conn, change.product, place.id)?,
            None => Vec::new(),
        };
        decision.held_by(orders)
    } else {
        decision
    };
    let changed = shelves.settle_changes();
    let (known, new) = changed.into_iter().partition(|((_, location), _)| there.contains(location));
    SetLevels { levels: Levels::of(known), is_new: false }.execute(conn)?;
    SetLevels { levels: Levels::of(new), is_new: true }.execute(conn)?;
    let StockDecision { moves, event, subject, version, said, kept } = decision;
    told(conn, work, (subject, version), (event, &said), Made::Stock(kept), (&moves, Some(&change.reason)))
}

/// Writes levels that are locked, or makes new ones.
struct SetLevels {
    levels: Levels,
    is_new: bool,
}

impl QueryId for SetLevels {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<Conn> for SetLevels {}

impl QueryFragment<diesel::pg::Pg> for SetLevels {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        if self.is_new { self.levels.insert(&mut sql) } else { self.levels.set(&mut sql) }
    }
}

/// What is known of its key.
fn known(conn: &mut Conn, work: &Commit) -> QueryResult<Option<Outcome>> {
    let Some((user, idempotency)) = work.origin.actor.user().zip(work.made_by.as_ref()) else {
        return Ok(None);
    };
    let found = keys::find(conn, &[Asked { user, idempotency, now: work.now }])?;
    Ok(match found.into_values().next() {
        Some(Known::Made(event)) => Some(Outcome::Known(history::made(conn, event)?)),
        // Another request's: its fingerprint has the path in it.
        Some(Known::MadeOrder(..) | Known::Reused) => Some(Outcome::Refused(Refused::KeyReused)),
        Some(Known::Expired(event)) => {
            keys::free(conn, &[event])?;
            None
        }
        None => None,
    })
}

/// From here to the commit nobody sells by what was.
fn close_gate(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("SELECT close_gate()")
}

/// The number that the transaction's event gets.
#[derive(QueryableByName)]
struct Given {
    #[diesel(sql_type = BigInt)]
    first_event: i64,
}

/// Stores the event that says what was made, and what moved with it.
fn told(
    conn: &mut Conn,
    work: &Commit,
    (subject, version): (Subject, Version),
    (event_type, said): (EventType, &Facts),
    made: Made,
    (moves, reason): (&[Move], Option<&Reason>),
) -> QueryResult<Outcome> {
    let at: DateTime<Utc> = work.now.trunc_subsecs(3);
    let data = data_of_other(said, &made.facts())?;
    let (of, number) = subject.parts();
    let Given { first_event } =
        diesel::sql_query("SELECT first_event FROM give_ids(0, 0, 1)").get_result(conn)?;
    let made_by = work.origin.actor.user().and(work.made_by.as_ref());
    let row = NewEventRow::of_other(
        first_event,
        (&of, number, version, at),
        (event_type, &data),
        &work.origin,
        made_by,
    );
    diesel::insert_into(events::table).values(row).execute(conn)?;
    let event = EventId::try_from(first_event).map_err(rows::corrupt)?;
    let rows: Vec<_> = NewMovementRow::of(event, moves, None, reason, at).collect();
    if !rows.is_empty() {
        diesel::insert_into(stock_movements::table).values(rows).execute(conn)?;
    }
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
