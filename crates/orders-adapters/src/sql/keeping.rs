//! What the shop's people change, in plain Diesel against the seam's connection (`super::Conn`): no backend
//! is named here. Locks, and who else may write at the same time, are the seam's.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, result::Error};
use orders_domain::{
    EventId, EventType, Facts, Idempotency, LocationId, MarketplaceCode, OrderId, OrderProductId, Origin,
    Product, ProductId, Subject, Version,
    catalogue::product::ChangedProduct,
    ports::{Change, Made, Refused, Taken},
    stock::{
        Location,
        holding::{self, LOOKED_THROUGH},
        keeping::{StockChange, StockDecision},
        movement::{Move, MovementKind},
        shelves::{Place, Shelves},
    },
};

use super::{
    super::{
        rows::{
            self, corrupt,
            event::{NewEventRow, data_of_other},
            product::DetailsRow,
            stock::PlaceRow,
        },
        schema::{events, locations, products, shop, stock_movements},
        writer::Outcome,
    },
    Conn, catalogue, marketing, webhooks,
};

/// What an event is to say.
pub struct Told {
    pub subject: Subject,
    pub version: Version,
    pub event_type: EventType,
    pub said: Facts,
    pub made: Made,
}

/// Stores a change of a product, a place, a marketplace or a webhook; what is to be said of it, or why it is not stored.
pub fn store(conn: &mut Conn, change: &Change, at: DateTime<Utc>) -> QueryResult<Result<Told, Outcome>> {
    if !is_priced_as_the_shop(conn, change)? {
        return Ok(Err(Outcome::Refused(Refused::Stale)));
    }
    match change {
        Change::NewProduct(new) => {
            let id = match new.id {
                Some(id) if exists(conn, id)? => return Ok(Err(taken(Taken::ProductId(id.get())))),
                Some(id) => id,
                None => next_product(conn)?,
            };
            let product = Product { id, details: new.details.clone(), version: Version::FIRST };
            if let Some(sku) = taken_sku(conn, &product)? {
                return Ok(Err(taken(Taken::Sku(sku))));
            }
            let created = (products::id.eq(id.get()), products::created_at.eq(rows::millis(at)));
            diesel::insert_into(products::table)
                .values((created, DetailsRow::of(&product, at)))
                .execute(conn)?;
            Ok(Ok(Told::created(product)))
        }
        Change::Product(changed) => {
            let product = changed.product();
            let row = products::table.find(product.id.get());
            let row = row.filter(products::version.eq(changed.seen().get()));
            let seen: Option<i64> = row.select(products::version).first(conn).optional()?;
            if seen.is_none() {
                return Ok(Err(Outcome::Refused(Refused::Stale)));
            }
            // Of a version that is past it does not matter what it would have become.
            if let Some(sku) = taken_sku(conn, product)? {
                return Ok(Err(taken(Taken::Sku(sku))));
            }
            if diesel::update(row).set(DetailsRow::of(product, at)).execute(conn)? == 0 {
                return Ok(Err(Outcome::Refused(Refused::Stale)));
            }
            Ok(Ok(Told::changed(changed)))
        }
        Change::NewLocation(new) => {
            let of_code = locations::table.filter(locations::code.eq(new.code.as_str()));
            let known: Option<i64> = of_code.select(locations::id).first(conn).optional()?;
            if known.is_some() {
                return Ok(Err(taken(Taken::LocationCode(new.code.to_string()))));
            }
            // None is ever deleted, so the highest number tells how many there are.
            let last: Option<i64> =
                locations::table.order(locations::id.desc()).select(locations::id).first(conn).optional()?;
            let last = last.unwrap_or_default();
            if usize::try_from(last).is_ok_and(|count| count >= Location::MOST) {
                return Ok(Err(taken(Taken::Locations)));
            }
            let id = LocationId::try_from(last + 1).map_err(corrupt)?;
            let (code, details) = (new.code.clone(), new.details.clone());
            let location = Location { id, code, details, version: Version::FIRST };
            diesel::insert_into(locations::table)
                .values((locations::id.eq(id.get()), PlaceRow::of(&location)))
                .execute(conn)?;
            let said = Facts::new().with("to", location.details.facts());
            Ok(Ok(Told::of_location(location, EventType::LocationCreated, said)))
        }
        Change::Location(changed) => {
            let location = changed.location();
            let row = locations::table.find(location.id.get());
            let row = row.filter(locations::version.eq(changed.seen().get()));
            if diesel::update(row).set(PlaceRow::of(location)).execute(conn)? == 0 {
                return Ok(Err(Outcome::Refused(Refused::Stale)));
            }
            let said = changed.said().clone();
            Ok(Ok(Told::of_location(location.clone(), EventType::LocationChanged, said)))
        }
        Change::NewMarketplace(new) => marketing::create(conn, new),
        Change::Marketplace(changed) => marketing::change(conn, changed),
        Change::Listing(set) => marketing::list(conn, set),
        Change::Text(set) => marketing::name(conn, set),
        Change::NewWebhook(new) => webhooks::create(conn, new, at),
        Change::Webhook(changed) => webhooks::change(conn, changed, at),
        Change::Stock(_) | Change::Place(_) | Change::Sell(_) | Change::Order(_) => {
            Err(Error::BrokenTransactionManager)
        }
    }
}

/// Whether a product is priced in the shop's own currency, if it is about one.
pub fn is_priced_as_the_shop(conn: &mut Conn, change: &Change) -> QueryResult<bool> {
    let currency = match change {
        Change::NewProduct(new) => new.details.currency,
        Change::Product(changed) => changed.product().details.currency,
        _ => return Ok(true),
    };
    let own: Option<String> = shop::table.find(1).select(shop::currency).get_result(conn).optional()?;
    Ok(own.is_none_or(|own| own == currency.code()))
}

/// Decides a change of stock on shelves that know its product; nothing is stored yet.
pub fn decide(
    conn: &mut Conn,
    shelves: &mut Shelves,
    change: &StockChange,
) -> QueryResult<Result<StockDecision, Outcome>> {
    let places = catalogue::places(conn)?;
    for code in change.places() {
        if let Some(Location { id, code, details, .. }) = places.iter().find(|place| place.code == *code) {
            let (code, priority) = (code.clone(), details.priority);
            shelves.add_place(change.product, Place { id: *id, code, priority, active: details.active });
        }
    }
    let decision = match shelves.keep(change) {
        Ok(Ok(decision)) => decision,
        Ok(Err(same)) => return Ok(Err(Outcome::Same(Made::Stock(same)))),
        Err(refused) => return Ok(Err(Outcome::Refused(Refused::NotKept(refused)))),
    };
    name_holders(conn, &places, change.product, decision).map(Ok)
}

/// The decision about a product with the orders that hold what is short; the places are all there are.
pub fn name_holders(
    conn: &mut Conn,
    places: &[Location],
    product: ProductId,
    decision: StockDecision,
) -> QueryResult<StockDecision> {
    if !decision.is_short() {
        return Ok(decision);
    }
    let at = decision.kept.levels.first().map(|level| &level.location);
    let orders = match places.iter().find(|place| Some(&place.code) == at) {
        Some(place) => holders(conn, product, place.id)?,
        None => Vec::new(),
    };
    Ok(decision.held_by(orders))
}

/// The orders that hold pieces of a product at a place.
pub fn holders(conn: &mut Conn, product: ProductId, location: LocationId) -> QueryResult<Vec<OrderId>> {
    let rows: Vec<(i64, Option<i64>, String, i64)> = stock_movements::table
        .filter(stock_movements::product_id.eq(product.get()))
        .order(stock_movements::id.desc())
        .limit(i64::try_from(LOOKED_THROUGH).unwrap_or(i64::MAX))
        .select((
            stock_movements::location_id,
            stock_movements::line,
            stock_movements::kind,
            stock_movements::quantity,
        ))
        .load(conn)?;
    let here = rows.into_iter().filter(|(at, ..)| *at == location.get());
    let of_line = |(_, line, kind, quantity): (i64, Option<i64>, String, i64)| {
        let kind: Result<MovementKind, _> = kind.parse();
        line.map(|line| Ok((OrderProductId::try_from(line)?, kind?, quantity)))
    };
    let movements: Vec<_> = here.filter_map(of_line).collect::<Result<_, _>>().map_err(corrupt)?;
    Ok(holding::holders(movements))
}

impl Told {
    /// That there is a new product.
    pub fn created(product: Product) -> Self {
        let said = Facts::new().with("to", product.details.facts());
        Self::of_product(product, EventType::ProductCreated, said)
    }

    /// That a product was changed.
    pub fn changed(changed: &ChangedProduct) -> Self {
        Self::of_product(changed.product().clone(), EventType::ProductChanged, changed.said().clone())
    }

    /// That stock was changed, and what moved.
    pub fn kept(decision: StockDecision) -> (Self, Vec<Move>) {
        let StockDecision { moves, event: event_type, subject, version, said, kept } = decision;
        (Self { subject, version, event_type, said, made: Made::Stock(kept) }, moves)
    }

    fn of_product(product: Product, event_type: EventType, said: Facts) -> Self {
        let (subject, version) = (Subject::Product(product.id), product.version);
        Self { subject, version, event_type, said, made: Made::Product(product) }
    }

    fn of_location(location: Location, event_type: EventType, said: Facts) -> Self {
        let (subject, version) = (Subject::Location(location.code.clone()), location.version);
        Self { subject, version, event_type, said, made: Made::Location(location) }
    }

    /// Stores the event that says so.
    pub fn tell(
        self,
        conn: &mut Conn,
        event: EventId,
        at: DateTime<Utc>,
        origin: &Origin,
        made_by: Option<&Idempotency>,
    ) -> QueryResult<Made> {
        let data = self.data()?;
        let (kind, number) = self.subject.parts();
        let of = (kind.as_ref(), number, self.version, at);
        let marketplace = self.subject.marketplace();
        let row = NewEventRow::of_other(event.get(), of, (self.event_type, &data), origin, made_by);
        let row = row.in_marketplace(marketplace.as_ref().map(MarketplaceCode::as_str));
        diesel::insert_into(events::table).values(row).execute(conn)?;
        Ok(self.made)
    }

    /// What the event says, as its column has it.
    pub fn data(&self) -> QueryResult<String> {
        data_of_other(&self.said, &self.made.facts())
    }
}

fn taken(what: Taken) -> Outcome {
    Outcome::Refused(Refused::Taken(what))
}

fn exists(conn: &mut Conn, id: ProductId) -> QueryResult<bool> {
    let found: Option<i64> = products::table.find(id.get()).select(products::id).first(conn).optional()?;
    Ok(found.is_some())
}

fn next_product(conn: &mut Conn) -> QueryResult<ProductId> {
    ProductId::try_from(last_product(conn)?.saturating_add(1)).map_err(corrupt)
}

/// The largest number of a product, or 0.
pub fn last_product(conn: &mut Conn) -> QueryResult<i64> {
    let last = products::table.order(products::id.desc()).select(products::id).first(conn).optional()?;
    Ok(last.unwrap_or_default())
}

/// Its sku, if another product has it.
fn taken_sku(conn: &mut Conn, product: &Product) -> QueryResult<Option<String>> {
    let Some(sku) = &product.details.sku else { return Ok(None) };
    let other: Option<i64> = products::table
        .filter(products::sku.eq(sku.as_str()))
        .filter(products::id.ne(product.id.get()))
        .select(products::id)
        .first(conn)
        .optional()?;
    Ok(other.map(|_| sku.as_str().to_owned()))
}
