//! The ledger of stock and the levels, product by product, for whoever looks whether they agree: against the seam's
//! connection (`super::Conn`). No backend is named here.

use std::collections::BTreeMap;

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};
use orders_domain::{
    InvalidInput, LocationId, MovementId, ProductId, Version,
    audit::{
        Difference, DifferenceKind as Kind, Place,
        levels::{StoredLevel, StoredMovement, Walk},
    },
    stock::Level,
};

use super::{
    super::schema::{locations, products},
    Conn,
};

/// Movements that are looked at at once.
const AT_ONCE: usize = 5_000;

type Types = (BigInt, BigInt, BigInt, Text, BigInt, BigInt, BigInt, Bool, Bool);

/// Number, product, place, kind, quantity, what was on hand and reserved after it, whether it is for a line, whether its
/// event is there.
type Row = (i64, i64, i64, String, i64, i64, i64, bool, bool);

/// Movements that meet a condition, in the order of products.
fn movements(conn: &mut Conn, condition: &str, most: usize) -> QueryResult<Vec<Row>> {
    sql::<Types>(&format!(
        "SELECT id, product_id, location_id, kind, quantity, on_hand_after, reserved_after, line IS NOT NULL, \
         EXISTS (SELECT 1 FROM events WHERE events.id = stock_movements.id / {}) \
         FROM stock_movements WHERE {condition} ORDER BY product_id, id LIMIT {most}",
        MovementId::BLOCK
    ))
    .load(conn)
}

/// The next movements after one of a product.
fn after(conn: &mut Conn, product: i64, id: i64) -> QueryResult<Vec<Row>> {
    let mut rows = movements(conn, &format!("product_id = {product} AND id > {id}"), AT_ONCE)?;
    if rows.len() < AT_ONCE {
        rows.extend(movements(conn, &format!("product_id > {product}"), AT_ONCE - rows.len())?);
    }
    Ok(rows)
}

type LevelTypes = (BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt, BigInt);

/// Product, place, on hand, reserved, the limit, by how much it is short, version, how many events it has.
type LevelRow = (i64, i64, i64, i64, i64, i64, i64, i64);

/// The levels of the products after one, up to another one.
fn levels(conn: &mut Conn, after: i64, last: i64) -> QueryResult<Vec<Result<StoredLevel, InvalidInput>>> {
    let rows: Vec<LevelRow> =
        sql::<LevelTypes>(&format!(
            "SELECT level.product_id, level.location_id, level.on_hand, level.reserved, level.backorder_limit, \
             level.short, level.version, \
             (SELECT count(*) FROM events WHERE kind = 'stock/' || locations.code AND subject = level.product_id) \
             FROM stock_levels AS level LEFT JOIN locations ON locations.id = level.location_id \
             WHERE level.product_id > {after} AND level.product_id <= {last} \
             ORDER BY level.product_id, level.location_id"
        ))
        .load(conn)?;
    let level = |row: LevelRow| {
        let (product, location, on_hand, reserved, backorder_limit, short, version, events) = row;
        let version = Some(Version::try_from(version)?);
        Ok(StoredLevel {
            product: ProductId::try_from(product)?,
            location: LocationId::try_from(location)?,
            level: Level { on_hand, reserved, backorder_limit, version },
            short,
            events,
        })
    };
    Ok(rows.into_iter().map(level).collect())
}

/// Looks at all of it, some movements at a time, each time at one state.
pub fn examine(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    let (mut tally, mut some, mut goes_on) = (Tally::default(), Vec::new(), true);
    while goes_on {
        goes_on = conn.transaction(|conn| tally.go_on(conn, &mut some))?;
        some.drain(..).for_each(&mut *found);
    }
    Ok(())
}

/// How far the walk has come: all levels up to a product, and the movements up to one of another product.
#[derive(Debug, Default)]
pub struct Tally {
    walk: Walk,
    closed: i64,
    product: i64,
    movement: i64,
    is_over: bool,
}

impl Tally {
    /// Looks at the next movements, and at the levels of the products that end among them: to be called in a transaction
    /// that sees one state. Movements are only ever added, behind those that were seen. Whether there is more.
    fn go_on(&mut self, conn: &mut Conn, found: &mut Vec<Difference>) -> QueryResult<bool> {
        if self.is_over {
            return Ok(false);
        }
        let rows = after(conn, self.product, self.movement)?;
        self.is_over = rows.len() < AT_ONCE;
        for row in &rows {
            (self.product, self.movement) = (row.1, row.0);
            self.take(row, found);
        }
        // The last one may go on.
        let ended = if self.is_over { i64::MAX } else { self.product - 1 };
        self.close(conn, ended, found)?;
        call_by_code(conn, found)?;
        Ok(!self.is_over)
    }

    /// Looks at all movements of a product, and nothing else; what is wrong with them.
    pub fn finish(&mut self, conn: &mut Conn, product: ProductId) -> QueryResult<Vec<Difference>> {
        let (mut seen, mut found) = (0, Vec::new());
        loop {
            let condition = format!("product_id = {} AND id > {seen}", product.get());
            let rows = movements(conn, &condition, AT_ONCE)?;
            for row in &rows {
                seen = row.0;
                self.take(row, &mut found);
            }
            if rows.len() < AT_ONCE {
                return Ok(found);
            }
        }
    }

    /// Where the movements of a level have led.
    pub fn led(&self, of: (ProductId, LocationId)) -> Option<(i64, i64)> {
        self.walk.led(of)
    }

    /// How often somebody has seen to a level, by the events that say so and what came from other places.
    pub fn seen_to(&self, conn: &mut Conn, product: ProductId, location: LocationId) -> QueryResult<i64> {
        let told: i64 = diesel::select(sql::<BigInt>(&format!(
            "(SELECT count(*) FROM events JOIN locations ON kind = 'stock/' || code WHERE locations.id = {} \
             AND subject = {})",
            location.get(),
            product.get()
        )))
        .get_result(conn)?;
        Ok(told + self.walk.moved_in((product, location)))
    }

    fn take(&mut self, row: &Row, found: &mut Vec<Difference>) {
        match movement(row) {
            Ok(movement) => self.walk.take(&movement, found),
            Err(error) => {
                let (id, product, location, ..) = row;
                let reason = format!("has movement {id}, which cannot be read: {error}");
                let subject = format!("stock/{product}/{location}");
                found.push(Difference::new(Kind::MovementPlace, subject, reason));
            }
        }
    }

    fn close(&mut self, conn: &mut Conn, ended: i64, found: &mut Vec<Difference>) -> QueryResult<()> {
        if ended <= self.closed {
            return Ok(());
        }
        let mut known = Vec::new();
        for level in levels(conn, self.closed, ended)? {
            match level {
                Ok(level) => known.push(level),
                Err(error) => {
                    let reason = format!("cannot be read: {error}");
                    found.push(Difference::new(Kind::ThingUnreadable, "stock", reason));
                }
            }
        }
        self.closed = ended;
        let Ok(last) = ProductId::try_from(ended) else { return Ok(()) };
        let mut differences = Vec::new();
        self.walk.close(last, &known, &mut differences);
        for difference in differences {
            found.push(named(conn, difference)?);
        }
        Ok(())
    }
}

/// Names levels by the code of their place, as paths do, where that is known.
fn call_by_code(conn: &mut Conn, found: &mut [Difference]) -> QueryResult<()> {
    if found.is_empty() {
        return Ok(());
    }
    let codes: Vec<(i64, String)> = locations::table.select((locations::id, locations::code)).load(conn)?;
    let codes: BTreeMap<i64, String> = codes.into_iter().collect();
    for difference in found {
        if let Place::Level(product, location) = difference.place
            && let Some(code) = codes.get(&location.get())
        {
            difference.subject = format!("stock/{product}/{code}");
        }
    }
    Ok(())
}

/// Where a level is missing because its product or its place is, that is what is wrong.
fn named(conn: &mut Conn, difference: Difference) -> QueryResult<Difference> {
    let Place::Level(product, location) = difference.place else {
        return Ok(difference);
    };
    if difference.kind != Kind::LevelMissing {
        return Ok(difference);
    }
    let is_product: Option<i64> =
        products::table.find(product.get()).select(products::id).first(conn).optional()?;
    let is_place: Option<i64> =
        locations::table.find(location.get()).select(locations::id).first(conn).optional()?;
    let lost = match (is_product, is_place) {
        (Some(_), Some(_)) => return Ok(difference),
        (None, _) => "product",
        (_, None) => "place",
    };
    let reason = format!("has movements, and the {lost} is not there");
    Ok(Difference::of_level(Kind::MovementPlace, (product, location), reason))
}

fn movement(row: &Row) -> Result<StoredMovement, InvalidInput> {
    let (id, product, location, kind, quantity, on_hand_after, reserved_after, has_line, has_event) = row;
    Ok(StoredMovement {
        id: *id,
        product: (*product).try_into()?,
        location: (*location).try_into()?,
        kind: kind.parse()?,
        quantity: *quantity,
        on_hand_after: *on_hand_after,
        reserved_after: *reserved_after,
        has_line: *has_line,
        has_event: *has_event,
    })
}
