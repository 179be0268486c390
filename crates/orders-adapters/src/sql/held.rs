//! What orders hold of the stock, in plain Diesel against the seam's connection (`super::Conn`): no backend is
//! named here.

use diesel::prelude::*;
use orders_domain::{
    LocationId, OrderId, OrderProductId, ProductId,
    ports::Standing,
    stock::{
        holding::{self, OfLine},
        movement::Held,
    },
};

use super::{
    super::{rows::corrupt, schema::stock_movements},
    Conn, catalogue,
};

/// What an order holds, by the movements that are for its lines: they are a range of ids.
pub fn held(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<Held>> {
    let first = OrderProductId::of_line(order, 0).get();
    let rows: Vec<(Option<i64>, i64, i64, String, i64)> = stock_movements::table
        .filter(stock_movements::line.ge(first))
        .filter(stock_movements::line.lt(first + i64::from(OrderProductId::BLOCK)))
        .select((
            stock_movements::line,
            stock_movements::product_id,
            stock_movements::location_id,
            stock_movements::kind,
            stock_movements::quantity,
        ))
        .load(conn)?;
    let of_line = |(line, product, location, kind, quantity): (Option<i64>, i64, i64, String, i64)| {
        Ok(OfLine {
            line: OrderProductId::try_from(line.unwrap_or(first))?,
            product: ProductId::try_from(product)?,
            location: LocationId::try_from(location)?,
            kind: kind.parse()?,
            quantity,
        })
    };
    let movements: Vec<_> = rows.into_iter().map(of_line).collect::<Result<_, _>>().map_err(corrupt)?;
    Ok(holding::held(&movements))
}

/// What an order holds, and the levels of these products.
pub fn standing(conn: &mut Conn, order: OrderId, products: &[i64]) -> QueryResult<Standing> {
    let held = held(conn, order)?;
    let mut levels = Vec::new();
    for (product, spots) in catalogue::spots(conn, products)? {
        let product = ProductId::try_from(product).map_err(corrupt)?;
        levels.extend(spots.into_iter().map(|spot| (product, spot.place.id, spot.level)));
    }
    levels.sort_unstable_by_key(|(product, place, _)| (*product, *place));
    Ok(Standing { held, levels })
}
