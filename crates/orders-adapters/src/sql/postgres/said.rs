//! What marketplaces say of products, read while nobody can change it.

use std::collections::{BTreeSet, HashMap};

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, Query, QueryFragment},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{Listing, MarketplaceCode, Version, market::shown::NameText};

use super::{
    super::rows::{
        corrupt,
        market::{ListingRow, name_text},
    },
    Conn,
    pieces::{Sql, statement},
};

/// What some marketplaces, and all together, say of some products.
#[derive(Default)]
pub struct Said {
    /// At which version each marketplace is.
    pub markets: Vec<(MarketplaceCode, Version)>,
    /// What is said of each product.
    pub products: HashMap<i64, (Vec<Listing>, Vec<NameText>)>,
}

/// What it is, product, marketplace, language, price, name or model, whether it is active, version.
type Row = (i64, Option<i64>, String, Option<String>, Option<i64>, Option<String>, Option<bool>, i64);

/// What the first column says.
const LISTING: i64 = 1;
const TEXT: i64 = 2;

impl Said {
    /// By one statement.
    pub fn of(
        conn: &mut Conn,
        products: &Vec<i64>,
        markets: &BTreeSet<MarketplaceCode>,
    ) -> QueryResult<Self> {
        let markets = markets.iter().map(MarketplaceCode::as_str).collect();
        let rows: Vec<Row> = SayAll { products, markets }.load(conn)?;
        let mut said = Self::default();
        for (kind, product, marketplace, locale, price, text, active, version) in rows {
            match (kind, product) {
                (LISTING, Some(product_id)) => {
                    let (price, active) = (price.unwrap_or_default(), active.unwrap_or_default());
                    let row = ListingRow { product_id, marketplace, price, model: text, active, version };
                    said.products.entry(product_id).or_default().0.push(row.try_into().map_err(corrupt)?);
                }
                (TEXT, Some(product)) => {
                    let row = (marketplace, locale.unwrap_or_default(), text.unwrap_or_default(), version);
                    said.products.entry(product).or_default().1.push(name_text(row).map_err(corrupt)?);
                }
                _ => {
                    let code = marketplace.parse().map_err(corrupt)?;
                    said.markets.push((code, Version::try_from(version).map_err(corrupt)?));
                }
            }
        }
        Ok(said)
    }
}

struct SayAll<'a> {
    products: &'a Vec<i64>,
    markets: Vec<&'a str>,
}

statement!(SayAll);

impl Query for SayAll<'_> {
    type SqlType = (
        BigInt,
        Nullable<BigInt>,
        Text,
        Nullable<Text>,
        Nullable<BigInt>,
        Nullable<Text>,
        Nullable<Bool>,
        BigInt,
    );
}

impl QueryFragment<Pg> for SayAll<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "SELECT 0::BIGINT, NULL::BIGINT, code, NULL::TEXT, NULL::BIGINT, NULL::TEXT, NULL::BOOLEAN, version \
             FROM marketplaces WHERE code = ANY (",
        );
        sql.bind::<Array<Text>, _>(&self.markets)?.text(
            ") UNION ALL SELECT 1, product_id, marketplace, NULL, price, model, active, version FROM listings \
             WHERE product_id = ANY (",
        );
        sql.bind::<Array<BigInt>, _>(self.products)?.text(") AND marketplace = ANY (");
        sql.bind::<Array<Text>, _>(&self.markets)?.text(
            ") UNION ALL SELECT 2, product_id, marketplace, locale, NULL, name, NULL, version FROM product_texts \
             WHERE product_id = ANY (",
        );
        sql.bind::<Array<BigInt>, _>(self.products)?.text(") AND (marketplace = '' OR marketplace = ANY (");
        sql.bind::<Array<Text>, _>(&self.markets)?.text("))");
        Ok(())
    }
}
