//! Parcels, cancellations and how customers are reached, as pieces of the statement that writes a batch: of the
//! changes, by their places.

use diesel::{
    QueryResult,
    sql_types::{Array, BigInt, Nullable, Text},
};
use orders_domain::{ChangedOrder, order::contact::Email};

use super::{
    super::rows::{
        contact::ship_to,
        shipment::{CancellationRow, CancelledRow, ShipmentRow},
    },
    pieces::Sql,
};

type Big = Array<BigInt>;
type MayBig = Array<Nullable<BigInt>>;
type Texts = Array<Text>;
type MayTexts = Array<Nullable<Text>>;

/// Parcels that are new or changed, by column.
#[derive(Debug, Default)]
struct Parcels<'a> {
    place: Vec<i64>,
    id: Vec<i64>,
    order: Vec<i64>,
    number: Vec<i64>,
    location: Vec<Option<i64>>,
    status: Vec<&'static str>,
    provider: Vec<Option<&'a str>>,
    tracking: Vec<Option<&'a str>>,
    weight: Vec<Option<i64>>,
    reasons: Vec<Option<String>>,
    created: Vec<i64>,
    shipped: Vec<Option<i64>>,
    delivered: Vec<Option<i64>>,
}

/// What changes bring beside what every change writes, by column.
#[derive(Debug, Default)]
pub struct Shipments<'a> {
    parcels: Parcels<'a>,
    /// Place, parcel, line, pieces.
    parts: [Vec<i64>; 4],
    /// Place, parcel, line.
    removed: [Vec<i64>; 3],
    /// Place, order, number.
    cancellations: [Vec<i64>; 3],
    reason: Vec<&'static str>,
    note: Vec<Option<&'a str>>,
    /// Place, order, number, line, pieces.
    cancelled: [Vec<i64>; 5],
    /// Place and order.
    contacts: [Vec<i64>; 2],
    email: Vec<Option<&'a str>>,
    ship_to: Vec<Option<String>>,
}

fn push<const N: usize>(columns: &mut [Vec<i64>; N], row: [i64; N]) {
    for (column, value) in columns.iter_mut().zip(row) {
        column.push(value);
    }
}

impl<'a> Shipments<'a> {
    /// Adds what the change at this place brings.
    pub fn add(&mut self, place: i64, changed: &'a ChangedOrder) {
        let (order, stored) = (changed.order(), changed.stored());
        for shipment in stored.shipments {
            self.parcels.add(place, ShipmentRow::of(order.id(), shipment));
        }
        for (shipment, line, pieces) in stored.parts {
            push(&mut self.parts, [place, shipment.get(), line.get(), pieces.into()]);
        }
        for (shipment, line) in stored.removed {
            push(&mut self.removed, [place, shipment.get(), line.get()]);
        }
        if let Some((number, cancellation)) = stored.cancellation {
            let row = CancellationRow::of(order.id(), number, cancellation, 0);
            push(&mut self.cancellations, [place, row.order_id, row.number]);
            self.reason.push(row.reason);
            self.note.push(row.note);
            for row in CancelledRow::of(order.id(), number, cancellation) {
                push(&mut self.cancelled, [place, row.order_id, row.number, row.line, row.quantity]);
            }
        }
        if stored.contact {
            push(&mut self.contacts, [place, order.id().get()]);
            self.email.push(order.contact().email.as_ref().map(Email::as_str));
            self.ship_to.push(ship_to(order.contact()));
        }
    }

    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        self.parcels.place.is_empty() && self.reason.is_empty() && self.email.is_empty()
    }

    /// Stores what belongs to changes that are made. Keys are named beside the joins, or they read whole tables.
    pub fn store<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        self.parcels.store(sql)?;
        sql.text(
            ", unpacked AS (DELETE FROM order_shipment_products AS part USING (SELECT gone.* FROM unnest(",
        );
        numbers(&self.removed, sql)?.text(
            ") AS gone (place, shipment_id, line) JOIN making USING (place)) AS gone \
             WHERE part.shipment_id = gone.shipment_id AND part.line = gone.line AND part.shipment_id = ANY (",
        );
        sql.bind::<Big, _>(&self.removed[1])?.text(
            ")), packed AS (INSERT INTO order_shipment_products (shipment_id, line, quantity) \
             SELECT shipment_id, line, quantity FROM unnest(",
        );
        numbers(&self.parts, sql)?.text(
            ") AS part (place, shipment_id, line, quantity) JOIN making USING (place) \
             ON CONFLICT (shipment_id, line) DO UPDATE SET quantity = excluded.quantity), \
             unwanted AS (INSERT INTO order_cancellations (order_id, number, reason, note, event) \
             SELECT order_id, made.number, made.reason, made.note, making.event FROM unnest(",
        );
        numbers(&self.cancellations, sql)?.text(", ");
        sql.bind::<Texts, _>(&self.reason)?.text(", ");
        sql.bind::<MayTexts, _>(&self.note)?.text(
            ") AS made (place, order_id, number, reason, note) JOIN making USING (place)), \
             unwanted_lines AS (INSERT INTO order_cancelled_products (order_id, number, line, quantity) \
             SELECT order_id, made.number, line, quantity FROM unnest(",
        );
        numbers(&self.cancelled, sql)?
            .text(") AS made (place, order_id, number, line, quantity) JOIN making USING (place))");
        Ok(())
    }

    /// How customers are reached, as what the update of orders joins with.
    pub fn contacts<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text("unnest(");
        numbers(&self.contacts, sql)?.text(", ");
        sql.bind::<MayTexts, _>(&self.email)?.text(", ");
        sql.bind::<MayTexts, _>(&self.ship_to)?.text(") AS contact (place, id, email, ship_to)");
        Ok(())
    }
}

impl<'a> Parcels<'a> {
    fn add(&mut self, place: i64, row: ShipmentRow<'a>) {
        self.place.push(place);
        self.id.push(row.id);
        self.order.push(row.order_id);
        self.number.push(row.number);
        self.location.push(row.location_id);
        self.status.push(row.status);
        self.provider.push(row.shipping_provider);
        self.tracking.push(row.tracking_number);
        self.weight.push(row.weight_g);
        self.reasons.push(row.reasons);
        self.created.push(row.created_at);
        self.shipped.push(row.shipped_at);
        self.delivered.push(row.delivered_at);
    }

    fn store<'b>(&'b self, sql: &mut Sql<'_, 'b>) -> QueryResult<()> {
        sql.text(
            "parcelled AS (INSERT INTO order_shipments (id, order_id, number, location_id, status, \
             shipping_provider, tracking_number, weight_g, reasons, created_at, shipped_at, delivered_at) \
             SELECT parcel.id, order_id, parcel.number, location_id, parcel.status, provider, tracking, weight_g, \
             reasons, created_at, shipped_at, delivered_at FROM unnest(",
        );
        sql.bind::<Big, _>(&self.place)?.text(", ");
        sql.bind::<Big, _>(&self.id)?.text(", ");
        sql.bind::<Big, _>(&self.order)?.text(", ");
        sql.bind::<Big, _>(&self.number)?.text(", ");
        sql.bind::<MayBig, _>(&self.location)?.text(", ");
        sql.bind::<Texts, _>(&self.status)?.text(", ");
        sql.bind::<MayTexts, _>(&self.provider)?.text(", ");
        sql.bind::<MayTexts, _>(&self.tracking)?.text(", ");
        sql.bind::<MayBig, _>(&self.weight)?.text(", ");
        sql.bind::<MayTexts, _>(&self.reasons)?.text(", ");
        sql.bind::<Big, _>(&self.created)?.text(", ");
        sql.bind::<MayBig, _>(&self.shipped)?.text(", ");
        sql.bind::<MayBig, _>(&self.delivered)?.text(
            ") AS parcel (place, id, order_id, number, location_id, status, provider, tracking, weight_g, reasons, \
             created_at, shipped_at, delivered_at) JOIN making USING (place) \
             ON CONFLICT (order_id, number) DO UPDATE SET status = excluded.status, weight_g = excluded.weight_g, \
             shipping_provider = excluded.shipping_provider, tracking_number = excluded.tracking_number, \
             shipped_at = excluded.shipped_at, delivered_at = excluded.delivered_at)",
        );
        Ok(())
    }
}

/// Columns of numbers with commas between them.
fn numbers<'s, 'p, 'b, const N: usize>(
    columns: &'b [Vec<i64>; N],
    sql: &'s mut Sql<'p, 'b>,
) -> QueryResult<&'s mut Sql<'p, 'b>> {
    for (index, column) in columns.iter().enumerate() {
        if index > 0 {
            sql.text(", ");
        }
        sql.bind::<Big, _>(column)?;
    }
    Ok(sql)
}
