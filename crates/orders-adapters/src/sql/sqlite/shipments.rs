//! Statements about parcels and cancellations, and about how a customer is reached.

use diesel::{
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{BigInt, Nullable, Text},
    sqlite::Sqlite,
};
use orders_domain::{ChangedOrder, Order, order::contact::Email};

use super::{
    super::{
        rows::{
            contact::ship_to,
            shipment::{CancellationRow, CancelledRow, PartRow, ShipmentRow},
        },
        schema::{
            order_cancellations, order_cancelled_products, order_shipment_products, order_shipments, orders,
        },
    },
    Conn,
};

/// Stores the parcels and cancellations of an order that is new to this database; the events of the
/// cancellations by their numbers.
pub fn insert(conn: &mut Conn, order: &Order, events: &[i64]) -> QueryResult<()> {
    for row in ShipmentRow::all_of(order) {
        diesel::insert_into(order_shipments::table).values(row).execute(conn)?;
    }
    for row in PartRow::all_of(order) {
        diesel::insert_into(order_shipment_products::table).values(row).execute(conn)?;
    }
    for ((number, cancellation), event) in (1..).zip(order.cancellations()).zip(events) {
        let row = CancellationRow::of(order.id(), number, cancellation, *event);
        diesel::insert_into(order_cancellations::table).values(row).execute(conn)?;
        for row in CancelledRow::of(order.id(), number, cancellation) {
            diesel::insert_into(order_cancelled_products::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// Stores what of a changed order does not stand in the columns that every change writes.
pub fn change(conn: &mut Conn, changed: &ChangedOrder, event: i64) -> QueryResult<()> {
    let (id, stored) = (changed.order().id(), changed.stored());
    for shipment in stored.shipments {
        SetShipment(ShipmentRow::of(id, shipment)).execute(conn)?;
    }
    for (shipment, line) in stored.removed {
        let part = order_shipment_products::table.find((shipment.get(), line.get()));
        diesel::delete(part).execute(conn)?;
    }
    for (shipment, line, quantity) in stored.parts {
        SetPart([shipment.get(), line.get(), quantity.into()]).execute(conn)?;
    }
    if let Some((number, cancellation)) = stored.cancellation {
        let row = CancellationRow::of(id, number, cancellation, event);
        diesel::insert_into(order_cancellations::table).values(row).execute(conn)?;
        for row in CancelledRow::of(id, number, cancellation) {
            diesel::insert_into(order_cancelled_products::table).values(row).execute(conn)?;
        }
    }
    if stored.contact {
        let contact = changed.order().contact();
        let columns = (
            orders::email.eq(contact.email.as_ref().map(Email::as_str)),
            orders::ship_to.eq(ship_to(contact)),
        );
        diesel::update(orders::table.find(id.get())).set(columns).execute(conn)?;
    }
    Ok(())
}

/// Stores a parcel, or what changed of it.
struct SetShipment<'a>(ShipmentRow<'a>);

impl QueryFragment<Sqlite> for SetShipment<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let row = &self.0;
        out.push_sql(
            "INSERT INTO order_shipments (id, order_id, number, location_id, status, shipping_provider, \
             tracking_number, weight_g, reasons, created_at, shipped_at, delivered_at) VALUES (",
        );
        out.push_bind_param::<BigInt, _>(&row.id)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&row.order_id)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&row.number)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&row.location_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(row.status)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&row.shipping_provider)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&row.tracking_number)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&row.weight_g)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&row.reasons)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&row.created_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&row.shipped_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<BigInt>, _>(&row.delivered_at)?;
        out.push_sql(
            ") ON CONFLICT (order_id, number) DO UPDATE SET status = excluded.status, weight_g = excluded.weight_g, \
             shipping_provider = excluded.shipping_provider, tracking_number = excluded.tracking_number, \
             shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at",
        );
        Ok(())
    }
}

impl QueryId for SetShipment<'_> {
    type QueryId = SetShipment<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for SetShipment<'_> {}

/// Sets how many pieces of a line are in a parcel.
struct SetPart([i64; 3]);

impl QueryFragment<Sqlite> for SetPart {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO order_shipment_products (shipment_id, line, quantity) VALUES (");
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                out.push_sql(", ");
            }
            out.push_bind_param::<BigInt, _>(value)?;
        }
        out.push_sql(") ON CONFLICT (shipment_id, line) DO UPDATE SET quantity = excluded.quantity");
        Ok(())
    }
}

impl QueryId for SetPart {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<Conn> for SetPart {}
