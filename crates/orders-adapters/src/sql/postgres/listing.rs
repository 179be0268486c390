//! How listings and texts are stored many at a time: as arrays, a statement for thousands.

use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment},
    sql_types::{Array, BigInt, Bool, Nullable, Text},
};
use orders_domain::{
    Version,
    market::{listing::SetListing, product_text::SetText},
};

use super::{
    super::rows::market::{NewListingRow, NewTextRow, text_market},
    Conn,
    pieces::{Sql, statement},
};

type Big = Array<BigInt>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

/// Stores listings; whether all that were there were at the version that was changed.
pub fn set_listings(conn: &mut Conn, sets: &[SetListing]) -> QueryResult<bool> {
    let (changed, new): (Vec<_>, Vec<_>) = sets.iter().partition(|set| set.seen().is_some());
    if !new.is_empty() {
        AddListings(Listings::of(&new)).execute(conn)?;
    }
    Ok(changed.is_empty() || ChangeListings(Listings::of(&changed)).execute(conn)? == changed.len())
}

/// The same of texts.
pub fn set_texts(conn: &mut Conn, sets: &[SetText]) -> QueryResult<bool> {
    let (changed, new): (Vec<_>, Vec<_>) = sets.iter().partition(|set| set.seen().is_some());
    if !new.is_empty() {
        AddTexts(Named::of(&new)).execute(conn)?;
    }
    Ok(changed.is_empty() || ChangeTexts(Named::of(&changed)).execute(conn)? == changed.len())
}

/// The version that was changed; none is 0.
fn seen(version: Option<Version>) -> i64 {
    version.map_or(0, Version::get)
}

/// Listings, by column.
#[derive(Default)]
struct Listings<'a> {
    product: Vec<i64>,
    marketplace: Vec<&'a str>,
    price: Vec<i64>,
    model: Vec<Option<&'a str>>,
    active: Vec<bool>,
    version: Vec<i64>,
    seen: Vec<i64>,
}

impl<'a> Listings<'a> {
    fn of(sets: &[&'a SetListing]) -> Self {
        let mut rows = Self::default();
        for set in sets {
            let NewListingRow { price, model, active, version } = NewListingRow::of(set.listing());
            rows.product.push(set.listing().product.get());
            rows.marketplace.push(set.listing().marketplace.as_str());
            rows.price.push(price);
            rows.model.push(model);
            rows.active.push(active);
            rows.version.push(version);
            rows.seen.push(seen(set.seen()));
        }
        rows
    }

    fn unnest<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("unnest(").bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Texts, _>(&self.marketplace)?.text(", ");
        sql.bind::<Big, _>(&self.price)?.text(", ");
        sql.bind::<MayTexts, _>(&self.model)?.text(", ");
        sql.bind::<Array<Bool>, _>(&self.active)?.text(", ");
        sql.bind::<Big, _>(&self.version)?.text(", ");
        sql.bind::<Big, _>(&self.seen)?
            .text(") AS next (product_id, marketplace, price, model, active, version, seen)");
        Ok(())
    }
}

/// Texts, by column.
#[derive(Default)]
struct Named<'a> {
    product: Vec<i64>,
    marketplace: Vec<&'a str>,
    locale: Vec<&'a str>,
    name: Vec<&'a str>,
    description: Vec<Option<&'a str>>,
    version: Vec<i64>,
    seen: Vec<i64>,
}

impl<'a> Named<'a> {
    fn of(sets: &[&'a SetText]) -> Self {
        let mut rows = Self::default();
        for set in sets {
            let of = &set.text().of;
            let NewTextRow { name, description, version } = NewTextRow::of(set.text());
            rows.product.push(of.product.get());
            rows.marketplace.push(text_market(of.marketplace.as_ref()));
            rows.locale.push(of.locale.as_str());
            rows.name.push(name);
            rows.description.push(description);
            rows.version.push(version);
            rows.seen.push(seen(set.seen()));
        }
        rows
    }

    fn unnest<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("unnest(").bind::<Big, _>(&self.product)?.text(", ");
        sql.bind::<Texts, _>(&self.marketplace)?.text(", ");
        sql.bind::<Texts, _>(&self.locale)?.text(", ");
        sql.bind::<Texts, _>(&self.name)?.text(", ");
        sql.bind::<MayTexts, _>(&self.description)?.text(", ");
        sql.bind::<Big, _>(&self.version)?.text(", ");
        sql.bind::<Big, _>(&self.seen)?
            .text(") AS next (product_id, marketplace, locale, name, description, version, seen)");
        Ok(())
    }
}

struct AddListings<'a>(Listings<'a>);
struct ChangeListings<'a>(Listings<'a>);
struct AddTexts<'a>(Named<'a>);
struct ChangeTexts<'a>(Named<'a>);

statement!(AddListings);
statement!(ChangeListings);
statement!(AddTexts);
statement!(ChangeTexts);

impl QueryFragment<Pg> for AddListings<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "INSERT INTO listings (product_id, marketplace, price, model, active, version) \
             SELECT product_id, marketplace, price, model, active, version FROM ",
        );
        self.0.unnest(&mut sql)
    }
}

impl QueryFragment<Pg> for ChangeListings<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "UPDATE listings SET price = next.price, model = next.model, active = next.active, \
             version = next.version FROM ",
        );
        self.0.unnest(&mut sql)?;
        sql.text(
            " WHERE listings.product_id = next.product_id AND listings.marketplace = next.marketplace \
             AND listings.version = next.seen",
        );
        Ok(())
    }
}

impl QueryFragment<Pg> for AddTexts<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "INSERT INTO product_texts (product_id, marketplace, locale, name, description, version) \
             SELECT product_id, marketplace, locale, name, description, version FROM ",
        );
        self.0.unnest(&mut sql)
    }
}

impl QueryFragment<Pg> for ChangeTexts<'_> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut sql = Sql::new(out);
        sql.text(
            "UPDATE product_texts SET name = next.name, description = next.description, version = next.version FROM ",
        );
        self.0.unnest(&mut sql)?;
        sql.text(
            " WHERE product_texts.product_id = next.product_id AND product_texts.marketplace = next.marketplace \
             AND product_texts.locale = next.locale AND product_texts.version = next.seen",
        );
        Ok(())
    }
}
