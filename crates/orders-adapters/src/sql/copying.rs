//! Whole rows page by page, in plain Diesel against the seam's connection (`super::Conn`).

use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool, Text},
};

use super::{
    super::{
        parts::{Copied, Key, Part},
        rows::{
            copied::{
                AttemptCopy, ConsumerCopy, DeliveryCopy, EventCopy, InboxCopy, LevelCopy, LocationCopy,
                MovementCopy, ProductCopy, WebhookCopy,
            },
            event::ORDER,
        },
        schema::{
            attempts, consumers, deliveries, events, inbox, locations, products, stock_levels,
            stock_movements, webhooks,
        },
    },
    Conn,
};

/// Rows on a page.
const PAGE: i64 = 2_000;

/// The next rows of a part after a key.
pub fn rows_after(conn: &mut Conn, part: Part, key: &Key) -> QueryResult<Copied> {
    let Key { name, first: after, second } = key;
    // Behind this one as a whole, which is where its index is entered.
    let behind = |columns: &str| {
        sql::<Bool>(&format!("({columns}) > ("))
            .bind::<Text, _>(name)
            .sql(", ")
            .bind::<BigInt, _>(after)
            .sql(", ")
            .bind::<BigInt, _>(second)
            .sql(")")
    };
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
        Part::Webhooks => Copied::Webhooks(
            webhooks::table
                .filter(webhooks::id.gt(after))
                .order(webhooks::id)
                .limit(PAGE)
                .select(WebhookCopy::as_select())
                .load(conn)?,
        ),
        Part::Consumers => Copied::Consumers(
            consumers::table
                .filter(consumers::name.gt(name))
                .order(consumers::name)
                .limit(PAGE)
                .select(ConsumerCopy::as_select())
                .load(conn)?,
        ),
        Part::Inbox => Copied::Inbox(
            inbox::table
                .filter(behind("consumer, message_id, 0"))
                .order((inbox::consumer, inbox::message_id))
                .limit(PAGE)
                .select(InboxCopy::as_select())
                .load(conn)?,
        ),
        Part::Deliveries => Copied::Deliveries(
            deliveries::table
                .filter(behind("consumer, event, 0"))
                .order((deliveries::consumer, deliveries::event))
                .limit(PAGE)
                .select(DeliveryCopy::as_select())
                .load(conn)?,
        ),
        Part::Attempts => Copied::Attempts(
            attempts::table
                .filter(behind("consumer, event, number"))
                .order((attempts::consumer, attempts::event, attempts::number))
                .limit(PAGE)
                .select(AttemptCopy::as_select())
                .load(conn)?,
        ),
    })
}
