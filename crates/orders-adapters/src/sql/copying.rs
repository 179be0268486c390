//! Whole rows page by page, in plain Diesel against the seam's connection (`super::Conn`).

use diesel::prelude::*;

use super::{
    super::{
        parts::{Copied, Key, Part},
        rows::{
            copied::{EventCopy, LevelCopy, LocationCopy, MovementCopy, ProductCopy},
            event::ORDER,
        },
        schema::{events, locations, products, stock_levels, stock_movements},
    },
    Conn,
};

/// Rows on a page.
const PAGE: i64 = 2_000;

/// The next rows of a part after a key.
pub fn rows_after(conn: &mut Conn, part: Part, (after, second): Key) -> QueryResult<Copied> {
    Ok(match part {
        Part::Products => Copied::Products(
            products::table
                .filter(products::id.gt(after))
                .order(products::id)
                .limit(PAGE)
                .select(ProductCopy::as_select())
                .load(conn)?,
        ),
        Part::Locations => Copied::Locations(
            locations::table
                .filter(locations::id.gt(after))
                .order(locations::id)
                .limit(PAGE)
                .select(LocationCopy::as_select())
                .load(conn)?,
        ),
        Part::Levels => Copied::Levels(
            stock_levels::table
                .filter(stock_levels::product_id.ge(after))
                .filter(stock_levels::product_id.gt(after).or(stock_levels::location_id.gt(second)))
                .order((stock_levels::product_id, stock_levels::location_id))
                .limit(PAGE)
                .select(LevelCopy::as_select())
                .load(conn)?,
        ),
        Part::Movements => Copied::Movements(
            stock_movements::table
                .filter(stock_movements::id.gt(after))
                .order(stock_movements::id)
                .limit(PAGE)
                .select(MovementCopy::as_select())
                .load(conn)?,
        ),
        Part::Events => Copied::Events(
            events::table
                .filter(events::id.gt(after))
                .filter(events::kind.ne(ORDER))
                .order(events::id)
                .limit(PAGE)
                .select(EventCopy::as_select())
                .load(conn)?,
        ),
    })
}
