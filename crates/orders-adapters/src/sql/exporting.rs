//! Products and levels page by page, in plain Diesel against the seam's connection (`super::Conn`).

use diesel::prelude::*;
use orders_domain::{Currency, Product, catalogue::product::Sku, stock::import::Known};

use super::{
    super::{
        bulk::Counted,
        rows::{corrupt, product::ProductRow},
        schema::{locations, products, shop, stock_levels},
    },
    Conn,
};

/// Rows on a page.
const PAGE: i64 = 2_000;

/// The currency of all prices.
pub fn currency(conn: &mut Conn) -> QueryResult<Option<Currency>> {
    let kept: Option<String> = shop::table.select(shop::currency).first(conn).optional()?;
    kept.map(|kept| kept.parse().map_err(corrupt)).transpose()
}

/// The next products after an id.
pub fn products_after(conn: &mut Conn, after: i64) -> QueryResult<Vec<Product>> {
    let page = products::table.filter(products::id.gt(after)).order(products::id).limit(PAGE);
    made(page.select(ProductRow::as_select()).load(conn)?)
}

/// The next products after an id that can be ordered.
pub fn active_after(conn: &mut Conn, after: i64) -> QueryResult<Vec<Product>> {
    let active = products::table.filter(products::active.eq(true)).filter(products::id.gt(after));
    made(active.order(products::id).limit(PAGE).select(ProductRow::as_select()).load(conn)?)
}

/// The products with these ids, in any order.
pub fn by_ids(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<Product>> {
    made(products::table.filter(products::id.eq_any(ids)).select(ProductRow::as_select()).load(conn)?)
}

/// The products with these skus, in any order.
pub fn by_skus(conn: &mut Conn, skus: &[&str]) -> QueryResult<Vec<Product>> {
    let with_sku = products::table.filter(products::sku.is_not_null());
    made(with_sku.filter(products::sku.eq_any(skus)).select(ProductRow::as_select()).load(conn)?)
}

/// What lines of counts may name of the products with these ids, in any order.
pub fn known_by_ids(conn: &mut Conn, ids: &[i64]) -> QueryResult<Vec<Known>> {
    let rows = products::table.filter(products::id.eq_any(ids)).select((products::id, products::sku));
    known(rows.load(conn)?)
}

/// The same of the products with these skus.
pub fn known_by_skus(conn: &mut Conn, skus: &[&str]) -> QueryResult<Vec<Known>> {
    let with_sku = products::table.filter(products::sku.is_not_null());
    let rows = with_sku.filter(products::sku.eq_any(skus)).select((products::id, products::sku));
    known(rows.load(conn)?)
}

fn known(rows: Vec<(i64, Option<String>)>) -> QueryResult<Vec<Known>> {
    let known = |(id, sku): (i64, Option<String>)| {
        Ok(Known { id: id.try_into()?, sku: sku.as_deref().map(Sku::parse).transpose()? })
    };
    rows.into_iter().map(known).collect::<Result<_, _>>().map_err(corrupt)
}

fn made(rows: Vec<ProductRow>) -> QueryResult<Vec<Product>> {
    rows.into_iter().map(Product::try_from).collect::<Result<_, _>>().map_err(corrupt)
}

/// The next levels after one.
pub fn counted_after(conn: &mut Conn, (product, place): (i64, i64)) -> QueryResult<Vec<Counted>> {
    type Row = (i64, Option<String>, i64, String, i64, i64);
    let rows: Vec<Row> = stock_levels::table
        .inner_join(products::table.on(products::id.eq(stock_levels::product_id)))
        .inner_join(locations::table.on(locations::id.eq(stock_levels::location_id)))
        .filter(stock_levels::product_id.ge(product))
        .filter(stock_levels::product_id.gt(product).or(stock_levels::location_id.gt(place)))
        .order((stock_levels::product_id, stock_levels::location_id))
        .limit(PAGE)
        .select((
            stock_levels::product_id,
            products::sku,
            stock_levels::location_id,
            locations::code,
            stock_levels::on_hand,
            stock_levels::backorder_limit,
        ))
        .load(conn)?;
    let counted = |(product, sku, place, code, on_hand, backorder_limit): Row| {
        Ok(Counted {
            product: product.try_into()?,
            sku: sku.as_deref().map(Sku::parse).transpose()?,
            place: place.try_into()?,
            location: code.parse()?,
            on_hand,
            backorder_limit,
        })
    };
    rows.into_iter().map(counted).collect::<Result<_, _>>().map_err(corrupt)
}
