//! Queries about products, places and stock, in plain Diesel against the seam's connection
//! (`super::Conn`): no backend is named here.

use std::collections::HashMap;

use diesel::prelude::*;
use orders_domain::{
    LocationCode, MovementId, PageLimit, Product, ProductId,
    catalogue::product::{ProductName, Sku},
    ports::{Offer, ProductQuery},
    stock::{
        Level, Location, Movement, StockLevel,
        shelves::{Shelf, Shelves, Spot},
    },
};

use super::{
    super::{
        rows::{
            corrupt,
            product::{ProductRow, TermsRow, terms},
            stock::{LevelRow, LocationRow, MovementRow, PlaceColumns, spot},
        },
        schema::{listings, locations, products, stock_levels, stock_movements},
    },
    Conn, is_active,
};

type Backend = <Conn as Connection>::Backend;

/// What is selected of a level.
const LEVEL: (
    stock_levels::on_hand,
    stock_levels::reserved,
    stock_levels::backorder_limit,
    stock_levels::version,
) = (stock_levels::on_hand, stock_levels::reserved, stock_levels::backorder_limit, stock_levels::version);

/// What is selected of a place.
const PLACE: (locations::id, locations::code, locations::priority, locations::active) =
    (locations::id, locations::code, locations::priority, locations::active);

/// The products with these ids, as far as they exist, in any order.
pub fn find(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<Offer>> {
    let rows = match ids {
        // The same text each time, so that it stays prepared.
        [id] => products::table.find(id).select(ProductRow::as_select()).load(conn)?,
        ids => products::table.filter(products::id.eq_any(ids)).select(ProductRow::as_select()).load(conn)?,
    };
    offers(conn, rows)
}

/// Some of the products, ascending by id.
pub fn page(conn: &mut Conn, query: &ProductQuery) -> QueryResult<Vec<Offer>> {
    let (after, limit) = (query.after.map_or(0, ProductId::get), query.limit.get());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let sku = query.sku.as_ref().map(Sku::as_str);
    let rows = if query.market.is_default() {
        let mut wanted = products::table
            .filter(products::id.gt(after))
            .order(products::id)
            .limit(limit)
            .select(ProductRow::as_select())
            .into_boxed::<Backend>();
        if let Some(active) = query.active {
            wanted = wanted.filter(is_active(active));
        }
        if let Some(sku) = sku {
            wanted = wanted.filter(products::sku.eq(sku));
        }
        wanted.load(conn)?
    } else {
        // The index of what is listed there has the ids in their order.
        let mut listed = listings::table
            .inner_join(products::table.on(products::id.eq(listings::product_id)))
            .filter(listings::marketplace.eq(query.market.to_string()))
            .filter(listings::active.eq(true))
            .filter(listings::product_id.gt(after))
            .order(listings::product_id)
            .limit(limit)
            .select(ProductRow::as_select())
            .into_boxed::<Backend>();
        if let Some(active) = query.active {
            listed = listed.filter(products::active.eq(active));
        }
        if let Some(sku) = sku {
            listed = listed.filter(products::sku.eq(sku));
        }
        listed.load(conn)?
    };
    offers(conn, rows)
}

fn offers(conn: &mut Conn, rows: Vec<ProductRow>) -> QueryResult<Vec<Offer>> {
    let products: Vec<_> =
        rows.into_iter().map(Product::try_from).collect::<Result<_, _>>().map_err(corrupt)?;
    let is_counted = |product: &&Product| product.details.policy.is_tracked();
    let counted: Vec<_> = products.iter().filter(is_counted).map(|product| product.id.get()).collect();
    let mut spots = if counted.is_empty() { HashMap::new() } else { spots(conn, &counted)? };
    let offer = |product: Product| {
        let spots = spots.remove(&product.id.get()).unwrap_or_default();
        let available = Shelf::new(product.terms(), spots).available();
        Offer { product, available }
    };
    Ok(products.into_iter().map(offer).collect())
}

/// What there is of these products, by their ids.
pub fn spots(conn: &mut Conn, products: &[i64]) -> QueryResult<HashMap<i64, Vec<Spot>>> {
    let levels =
        stock_levels::table.inner_join(locations::table.on(locations::id.eq(stock_levels::location_id)));
    let rows: Vec<(i64, PlaceColumns, LevelRow)> = match products {
        [product] => levels
            .filter(stock_levels::product_id.eq(product))
            .select((stock_levels::product_id, PLACE, LEVEL))
            .load(conn)?,
        products => levels
            .filter(stock_levels::product_id.eq_any(products))
            .select((stock_levels::product_id, PLACE, LEVEL))
            .load(conn)?,
    };
    let mut spots: HashMap<i64, Vec<Spot>> = HashMap::new();
    for (product, place, level) in rows {
        spots.entry(product).or_default().push(spot(place, level).map_err(corrupt)?);
    }
    Ok(spots)
}

/// A product with all its levels, and its own name; `None` if it does not exist.
pub fn shelf(conn: &mut Conn, product: i64) -> QueryResult<Option<(Shelf, ProductName)>> {
    let rows: Vec<(TermsRow, String, Option<LevelRow>, Option<PlaceColumns>)> = products::table
        .left_join(stock_levels::table.on(stock_levels::product_id.eq(products::id)))
        .left_join(locations::table.on(locations::id.eq(stock_levels::location_id)))
        .filter(products::id.eq(product))
        .select((
            (products::price, products::currency, products::stock_policy, products::active),
            products::name,
            LEVEL.nullable(),
            PLACE.nullable(),
        ))
        .load(conn)?;
    let (mut first, mut spots) = (None, Vec::new());
    for (row, name, level, place) in rows {
        first.get_or_insert((row, name));
        if let Some((place, level)) = place.zip(level) {
            spots.push(spot(place, level).map_err(corrupt)?);
        }
    }
    let Some((first, name)) = first else { return Ok(None) };
    let name = ProductName::parse(&name).map_err(corrupt)?;
    Ok(Some((Shelf::new(terms(first).map_err(corrupt)?, spots), name)))
}

/// These products with all their levels, as far as they exist.
pub fn shelves(conn: &mut Conn, ids: &[i64]) -> QueryResult<Shelves> {
    let mut shelves = Shelves::new();
    learn(conn, &mut shelves, ids)?;
    Ok(shelves)
}

/// Has shelves know these products too.
pub fn learn(conn: &mut Conn, shelves: &mut Shelves, ids: &[i64]) -> QueryResult<()> {
    let mut spots = spots(conn, ids)?;
    let rows: Vec<(i64, TermsRow)> = products::table
        .filter(products::id.eq_any(ids))
        .select((
            products::id,
            (products::price, products::currency, products::stock_policy, products::active),
        ))
        .load(conn)?;
    for (id, row) in rows {
        let shelf = Shelf::new(terms(row).map_err(corrupt)?, spots.remove(&id).unwrap_or_default());
        shelves.learn(ProductId::try_from(id).map_err(corrupt)?, shelf);
    }
    Ok(())
}

/// All places, the older ones first.
pub fn places(conn: &mut Conn) -> QueryResult<Vec<Location>> {
    let rows = locations::table.order(locations::id).select(LocationRow::as_select()).load(conn)?;
    rows.into_iter().map(Location::try_from).collect::<Result<_, _>>().map_err(corrupt)
}

/// The levels of a product, one for each place or for this one; `None` if it does not exist.
pub fn levels(
    conn: &mut Conn,
    product: i64,
    at: Option<&LocationCode>,
) -> QueryResult<Option<Vec<StockLevel>>> {
    let Some((shelf, _)) = shelf(conn, product)? else { return Ok(None) };
    let id = ProductId::try_from(product).map_err(corrupt)?;
    let (policy, spots) = (shelf.terms().policy, shelf.spots());
    let shown = |place: Location| {
        let level = spots
            .iter()
            .find(|spot| spot.place.id == place.id)
            .map_or_else(Level::default, |spot| spot.level);
        StockLevel::new(id, place.code, level, policy, place.details.active)
    };
    let wanted = places(conn)?.into_iter().filter(|place| at.is_none_or(|code| place.code == *code));
    Ok(Some(wanted.map(shown).collect()))
}

/// Some of the movements of a product after one, ascending, of those up to the id `last`; `None` if it does
/// not exist.
pub fn movements(
    conn: &mut Conn,
    product: i64,
    after: Option<MovementId>,
    limit: PageLimit,
    last: i64,
) -> QueryResult<Option<Vec<Movement>>> {
    let known: Option<i64> = products::table.find(product).select(products::id).first(conn).optional()?;
    if known.is_none() {
        return Ok(None);
    }
    let rows: Vec<MovementRow> = stock_movements::table
        .inner_join(locations::table.on(locations::id.eq(stock_movements::location_id)))
        .filter(stock_movements::product_id.eq(product))
        .filter(stock_movements::id.gt(after.map_or(0, MovementId::get)))
        .filter(stock_movements::id.le(last))
        .order(stock_movements::id)
        .limit(i64::try_from(limit.get()).unwrap_or(i64::MAX))
        .select((
            stock_movements::id,
            locations::code,
            stock_movements::kind,
            stock_movements::quantity,
            stock_movements::on_hand_after,
            stock_movements::reserved_after,
            stock_movements::line,
            stock_movements::shipment,
            stock_movements::reason,
            stock_movements::at,
        ))
        .load(conn)?;
    rows.into_iter().map(Movement::try_from).collect::<Result<_, _>>().map(Some).map_err(corrupt)
}
