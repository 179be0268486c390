//! What orders hold of the stock, in plain Diesel against the seam's connection (`super::Conn`): no backend is
//! named here.

use std::collections::BTreeMap;

use diesel::prelude::*;
use orders_domain::{
    LocationId, MovementId, OrderId, OrderProductId, ProductId,
    ports::Standing,
    stock::{
        Level,
        holding::{self, OfLine},
        movement::Held,
        queue,
    },
};

use super::{
    super::{rows::corrupt, schema::stock_movements},
    Conn, catalogue,
};

/// What is read of a movement that is for a line: id, line, product, place, kind, how many pieces.
type Row = (i64, Option<i64>, i64, i64, String, i64);

/// What is selected of it.
const ROW: (
    stock_movements::id,
    stock_movements::line,
    stock_movements::product_id,
    stock_movements::location_id,
    stock_movements::kind,
    stock_movements::quantity,
) = (
    stock_movements::id,
    stock_movements::line,
    stock_movements::product_id,
    stock_movements::location_id,
    stock_movements::kind,
    stock_movements::quantity,
);

/// What an order holds, by the movements that are for its lines: they are a range of ids.
pub fn held(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<Held>> {
    let first = OrderProductId::of_line(order, 0).get();
    let rows: Vec<Row> = stock_movements::table
        .filter(stock_movements::line.ge(first))
        .filter(stock_movements::line.lt(first + i64::from(OrderProductId::BLOCK)))
        .select(ROW)
        .load(conn)?;
    Ok(holding::held(&of_lines(rows)?))
}

/// The newest movements of a product for lines after one, of so many that are looked at, in their order.
pub fn newest(
    conn: &mut Conn,
    product: ProductId,
    after: MovementId,
    most: usize,
) -> QueryResult<Vec<OfLine>> {
    let mut rows: Vec<Row> = stock_movements::table
        .filter(stock_movements::product_id.eq(product.get()))
        .filter(stock_movements::id.gt(after.get()))
        .order(stock_movements::id.desc())
        .limit(i64::try_from(most).unwrap_or(i64::MAX))
        .select(ROW)
        .load(conn)?;
    rows.reverse();
    of_lines(rows)
}

/// Those that are for a line.
pub fn of_lines(rows: Vec<Row>) -> QueryResult<Vec<OfLine>> {
    let of_line = |(id, line, product, location, kind, quantity): Row| {
        let line = OrderProductId::try_from(line?);
        let of_line = |line| {
            Ok(OfLine {
                id: MovementId::try_from(id)?,
                line,
                product: ProductId::try_from(product)?,
                location: LocationId::try_from(location)?,
                kind: kind.parse()?,
                quantity,
            })
        };
        Some(line.and_then(of_line))
    };
    rows.into_iter().filter_map(of_line).collect::<Result<_, _>>().map_err(corrupt)
}

/// What an order holds, and the levels of these products.
pub fn standing(conn: &mut Conn, order: OrderId, products: &[i64]) -> QueryResult<Standing> {
    let mut held = held(conn, order)?;
    let mut levels: BTreeMap<(ProductId, LocationId), Level> = BTreeMap::new();
    for (product, spots) in catalogue::spots(conn, products)? {
        let product = ProductId::try_from(product).map_err(corrupt)?;
        levels.extend(spots.into_iter().map(|spot| ((product, spot.place.id), spot.level)));
    }
    let level = |product, place| levels.get(&(product, place)).copied();
    queue::look_behind(&mut held, level, |product, after, most| newest(conn, product, after, most))?;
    let levels = levels.into_iter().map(|((product, place), level)| (product, place, level));
    Ok(Standing { held, levels: levels.collect() })
}
