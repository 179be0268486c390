//! What templates know of a notice.

use orders_domain::{
    Currency, Money, Order, OrderProduct, Shipment,
    delivery::endpoint::{Notice, Template},
};
use serde::Serialize;

/// All that a template may name.
#[derive(Serialize)]
pub struct Context {
    order: OrderContext,
    /// The parcels that are on their way now.
    parcels: Vec<ParcelContext>,
    /// What has not left yet.
    open: Vec<Pieces>,
}

#[derive(Serialize)]
struct OrderContext {
    id: i64,
    lines: Vec<LineContext>,
    total: String,
    /// Without what was cancelled.
    current_total: String,
}

#[derive(Serialize)]
struct LineContext {
    product: String,
    quantity: u32,
    /// Of one piece.
    price: String,
    total: String,
}

#[derive(Serialize)]
struct ParcelContext {
    number: i64,
    tracking: Option<TrackingContext>,
    lines: Vec<Pieces>,
}

#[derive(Serialize)]
struct TrackingContext {
    provider: String,
    number: String,
}

#[derive(Serialize)]
struct Pieces {
    product: String,
    quantity: u32,
}

impl Context {
    pub fn of(notice: &Notice) -> Self {
        let order = &notice.order;
        let lines: Vec<_> = order.lines().map(|(_, line)| line).collect();
        let named: Vec<_> = lines.iter().enumerate().map(|(at, line)| name(notice, at, line)).collect();
        let pieces = |at: usize, quantity| {
            let product = named.get(at).cloned().unwrap_or_default();
            Pieces { product, quantity }
        };
        let parcels = order.shipments().iter().filter(|parcel| notice.parcels.contains(&parcel.number));
        let open = order.tallies().into_iter().map(|tally| tally.remaining()).enumerate();
        Self {
            parcels: parcels.map(|parcel| ParcelContext::of(parcel, pieces)).collect(),
            open: open.filter(|(_, left)| *left > 0).map(|(at, left)| pieces(at, left)).collect(),
            order: OrderContext::of(order, &lines, &named),
        }
    }

    /// Notices that nobody gets, on which templates are tried: all that can be there, and as little as can be.
    pub fn samples(template: Template) -> [Self; 2] {
        let sample = |tracking, current_total: &str| {
            let pieces = || Pieces { product: "a thing".to_owned(), quantity: 2 };
            let open = match template {
                Template::Shipped => vec![pieces()],
                Template::Fulfilled => Vec::new(),
            };
            let (price, total) = ("19.99 EUR".to_owned(), "79.96 EUR".to_owned());
            let line =
                LineContext { product: "a thing".to_owned(), quantity: 4, price, total: total.clone() };
            let current_total = current_total.to_owned();
            Self {
                order: OrderContext { id: 1, lines: vec![line], total, current_total },
                parcels: vec![ParcelContext { number: 1, tracking, lines: vec![pieces()] }],
                open,
            }
        };
        let tracking = TrackingContext { provider: "a carrier".to_owned(), number: "4711".to_owned() };
        [sample(Some(tracking), "39.98 EUR"), sample(None, "79.96 EUR")]
    }
}

impl OrderContext {
    fn of(order: &Order, lines: &[&OrderProduct], named: &[String]) -> Self {
        let currency = *order.currency();
        let line = |(line, product): (&&OrderProduct, &String)| LineContext {
            product: product.clone(),
            quantity: line.quantity().get(),
            price: shown(line.price(), currency),
            // A restored order has a total, so each of its lines has.
            total: shown(line.amount().unwrap_or_default(), currency),
        };
        Self {
            id: order.id().get(),
            lines: lines.iter().zip(named).map(line).collect(),
            total: shown(order.total(), currency),
            current_total: shown(order.current_total(), currency),
        }
    }
}

impl ParcelContext {
    fn of(parcel: &Shipment, pieces: impl Fn(usize, u32) -> Pieces) -> Self {
        let tracking = parcel.tracking.as_ref().map(|tracking| TrackingContext {
            provider: tracking.provider().to_owned(),
            number: tracking.number().to_owned(),
        });
        let parts = parcel.parts.iter();
        let lines = parts.map(|part| pieces(part.line.into(), part.quantity.get())).collect();
        Self { number: parcel.number.get(), tracking, lines }
    }
}

/// What the product of a line is called, or its number where nobody knows.
fn name(notice: &Notice, at: usize, line: &OrderProduct) -> String {
    match notice.names.get(at) {
        Some(Some(name)) => name.clone(),
        _ => format!("product {}", line.product()),
    }
}

/// An amount with the decimals of its currency: `19.99 USD`, `1999 JPY`.
fn shown(amount: Money, currency: Currency) -> String {
    format!("{} {currency}", amount.decimal(currency))
}
