//! The parts of an order as its page shows them.

use orders_domain::{Order, Part, Shipment, ShipmentStatus};

use crate::words::{Badge, Moment, counted};

/// A line as its order's page shows it.
pub struct Line {
    pub place: usize,
    pub product: String,
    pub name: String,
    pub model: String,
    pub price: String,
    pub quantity: u32,
    pub amount: String,
    pub shipped: u32,
    pub planned: u32,
    pub cancelled: u32,
    pub open: u32,
    pub left: u32,
}

/// A parcel.
pub struct Parcel {
    pub number: String,
    pub form: String,
    pub badge: Badge,
    pub from: String,
    pub provider: String,
    pub tracking: String,
    pub weight: String,
    pub contents: Vec<String>,
    pub reasons: Vec<String>,
    pub at: Vec<(&'static str, Moment)>,
    pub is_planned: bool,
    pub is_shipped: bool,
}

/// Pieces that are not wanted any more.
pub struct Cancelled {
    pub reason: &'static str,
    pub contents: Vec<String>,
    pub note: String,
}

/// What a line is called.
pub fn name_of(order: &Order, place: u8) -> String {
    let line = order.lines().nth(place.into());
    line.map_or_else(String::new, |(_, line)| match line.shown() {
        Some(shown) => shown.name.as_str().to_owned(),
        None => format!("Product {}", line.product()),
    })
}

/// Its lines.
pub fn lines(order: &Order) -> Vec<Line> {
    let tallies = order.tallies();
    let lines = order.lines().zip(tallies).enumerate();
    lines
        .map(|(place, ((_, line), tally))| Line {
            place,
            product: line.product().to_string(),
            name: name_of(order, u8::try_from(place).unwrap_or(u8::MAX)),
            model: line
                .shown()
                .and_then(|shown| shown.model.as_ref())
                .map(|model| model.as_str().to_owned())
                .unwrap_or_default(),
            price: line.price().decimal(*order.currency()),
            quantity: line.quantity().get(),
            amount: line.amount().map(|amount| amount.decimal(*order.currency())).unwrap_or_default(),
            shipped: tally.shipped,
            planned: tally.planned,
            cancelled: tally.cancelled,
            open: tally.open(),
            left: if order.status().is_final() { 0 } else { tally.remaining() },
        })
        .collect()
}

/// `7 × Bamboo cutting board`, for each part.
pub fn contents(order: &Order, parts: &[Part]) -> Vec<String> {
    parts.iter().map(|part| format!("{} × {}", part.quantity.get(), name_of(order, part.line))).collect()
}

/// Grams as people read them.
pub fn weight(grams: Option<i64>) -> String {
    grams.map_or_else(String::new, |grams| match grams {
        0..1000 => format!("{grams} g"),
        _ => format!("{}.{:03} kg", grams / 1000, grams % 1000),
    })
}

/// A parcel of an order.
pub fn parcel_of(order: &Order, parcel: &Shipment) -> Parcel {
    let moments =
        [("Made", Some(parcel.created_at)), ("Left", parcel.shipped_at), ("Arrived", parcel.delivered_at)];
    let (provider, tracking) = match &parcel.tracking {
        Some(tracking) => (tracking.provider().to_owned(), tracking.number().to_owned()),
        None => (String::new(), String::new()),
    };
    Parcel {
        number: parcel.number.to_string(),
        form: format!("parcel-{}", parcel.number),
        badge: parcel.status.into(),
        from: parcel.from.as_ref().map(|from| from.code.to_string()).unwrap_or_default(),
        provider,
        tracking,
        weight: weight(parcel.weight),
        contents: contents(order, &parcel.parts),
        reasons: parcel.reasons.iter().map(|reason| reason.detail.clone()).collect(),
        at: moments.into_iter().filter_map(|(what, at)| Some((what, at?.into()))).collect(),
        is_planned: parcel.status == ShipmentStatus::Planned,
        is_shipped: parcel.status == ShipmentStatus::Shipped,
    }
}

/// What of it was cancelled.
pub fn cancellations(order: &Order) -> Vec<Cancelled> {
    let cancelled = order.cancellations().iter();
    cancelled
        .map(|cancelled| Cancelled {
            reason: cancelled.reason.as_str(),
            contents: contents(order, &cancelled.parts),
            note: cancelled.note.as_ref().map(|note| note.as_str().to_owned()).unwrap_or_default(),
        })
        .collect()
}

/// Where it goes, line by line.
pub fn address(order: &Order) -> Vec<String> {
    let Some(to) = &order.contact().ship_to else { return Vec::new() };
    let mut lines = vec![to.name.as_str().to_owned()];
    lines.extend(to.lines.iter().map(|line| line.as_str().to_owned()));
    let code = to.postal_code.as_ref().map(|code| format!("{} ", code.as_str())).unwrap_or_default();
    lines.push(format!("{code}{}", to.city.as_str()));
    lines.extend(to.region.as_ref().map(|region| region.as_str().to_owned()));
    lines.push(to.country.code().to_owned());
    lines
}

/// How many pieces parts have, in words.
pub fn pieces(parts: &[Part]) -> String {
    counted(parts.iter().map(|part| u64::from(part.quantity.get())).sum(), "piece")
}
