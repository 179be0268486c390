//! Orders row by row, as who looks whether they are sound reads them: no join, so that what is odd costs the others
//! nothing.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use orders_domain::{
    ChosenBy, Currency, InvalidInput, Locale, LocationCode, MarketplaceCode, Money, NameFrom, OrderProduct,
    OrderProductId, Part, SentFrom, Shipment, ShipmentId, ShippingProvider, Tracking, TrackingNumber,
    catalogue::product::ProductName, market::listing::Model, shipment::cancellation::Cancellation,
    stock::holding::OfLine,
};

use super::{contact, imported, moment, progress};

/// Ids of lines that each order owns.
pub const LINES: i64 = OrderProductId::BLOCK as i64;

/// What is in a parcel, where it cannot be.
pub const PART: &str = "a part of a parcel";

/// What is cancelled, where it cannot be.
pub const CANCELLED: &str = "a part of a cancellation";

/// The columns' types in SQL.
pub type OrderTypes = (
    BigInt,
    BigInt,
    BigInt,
    Text,
    Text,
    BigInt,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
    Bool,
);

/// Number, dates, status, currency, version, the derived columns, where it was placed, the address, from where it was
/// imported, whether the e-mail is odd.
pub type OrderRow = (
    i64,
    i64,
    i64,
    String,
    String,
    i64,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<i64>,
    bool,
);

/// The columns' types in SQL.
pub type LineTypes = (BigInt, BigInt, BigInt, BigInt, Nullable<Text>, Nullable<Text>, Nullable<Text>, Bool);

/// Number, product, price, quantity, what was shown: the name, from where that is, the model; whether it is odd.
pub type LineRow = (i64, i64, i64, i64, Option<String>, Option<String>, Option<String>, bool);

/// The columns' types in SQL.
pub type ParcelTypes = (
    BigInt,
    BigInt,
    Nullable<BigInt>,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<BigInt>,
    Nullable<Text>,
    BigInt,
    Nullable<BigInt>,
    Nullable<BigInt>,
);

/// Order, number, place, status, carrier and number, weight, reasons, when it was made, left and arrived.
pub type ParcelRow = (
    i64,
    i64,
    Option<i64>,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
);

/// Order, number, why, by which event, whether what is said of it is odd.
pub type CancellationRow = (i64, i64, String, i64, bool);

/// Line, movement, product, place, kind, quantity.
pub type MovementRow = (i64, i64, i64, i64, String, i64);

/// The order whose line this is.
pub fn order_of_line(line: i64) -> i64 {
    (line - 1).div_euclid(LINES) + 1
}

/// Words that were read before, so that each is parsed once.
#[derive(Default)]
pub struct Known(Vec<[Option<String>; 4]>);

impl Known {
    /// Whether currency, marketplace, what had chosen it and language can be read.
    pub fn check(&mut self, words: [Option<&String>; 4]) -> Result<(), InvalidInput> {
        if self.0.iter().any(|known| known.iter().map(Option::as_ref).eq(words)) {
            return Ok(());
        }
        let [currency, marketplace, chosen_by, locale] = words;
        currency.map(|word| word.parse::<Currency>()).transpose()?;
        marketplace.map(|word| word.parse::<MarketplaceCode>()).transpose()?;
        chosen_by.map(|word| word.parse::<ChosenBy>()).transpose()?;
        locale.map(|word| Locale::restore(word)).transpose()?;
        if self.0.len() < 64 {
            self.0.push(words.map(Option::<&String>::cloned));
        }
        Ok(())
    }
}

/// Whether an address can be read. What is wrong with it is personal.
pub fn check_address(ship_to: Option<&str>) -> Result<(), InvalidInput> {
    contact::contact(None, ship_to).map(drop).map_err(|_| InvalidInput::new("ship_to", "cannot be read"))
}

/// Whether it can be read from where an order comes. Of its name elsewhere nothing is said.
pub fn check_imported(external_id: Option<&str>, placed_at: Option<i64>) -> Result<(), InvalidInput> {
    let read = imported::imported(external_id, placed_at).map(drop);
    read.map_err(|_| InvalidInput::new("externalId", "cannot be read"))
}

/// A parcel of an order, with what is in it, and the codes of places.
pub fn shipment_of(
    order: i64,
    row: ParcelRow,
    first: &[(i64, i64)],
    others: &BTreeMap<i64, Vec<(i64, i64)>>,
    codes: &BTreeMap<i64, LocationCode>,
) -> Result<Shipment, InvalidInput> {
    let (_, number, place, status, provider, tracked, weight, reasons, created, shipped, delivered) = row;
    let id = (number - 1).saturating_mul(ShipmentId::APART).saturating_add(order);
    let held = if number == 1 { first } else { others.get(&id).map_or(&[][..], Vec::as_slice) };
    let tracking = match (provider, tracked) {
        (Some(provider), Some(number)) => {
            Some(Tracking::new(ShippingProvider::parse(&provider)?, TrackingNumber::parse(&number)?))
        }
        (None, None) => None,
        _ => return Err(InvalidInput::new("a shipment", "is stored by halves")),
    };
    let from = |place: i64| {
        let lost = || InvalidInput::new("a shipment's place", format!("{place} is not there"));
        Ok(SentFrom { id: place.try_into()?, code: codes.get(&place).cloned().ok_or_else(lost)? })
    };
    Ok(Shipment {
        number: number.try_into()?,
        status: status.parse()?,
        from: place.map(from).transpose()?,
        tracking,
        weight,
        parts: pieces(PART, order, held.iter().copied())?,
        reasons: progress::reasons(reasons.map(Into::into))?,
        created_at: moment(created)?,
        shipped_at: shipped.map(moment).transpose()?,
        delivered_at: delivered.map(moment).transpose()?,
    })
}

/// A line of an order.
pub fn line_of(row: &LineRow) -> Result<OrderProduct, InvalidInput> {
    let (id, product, price, quantity, name, from, model, is_odd) = row;
    let odd = || InvalidInput::new("line", format!("{id} has a name that is none, or another order"));
    if *is_odd || !is_shown(name.as_deref(), from.as_deref(), model.as_deref()) {
        return Err(odd());
    }
    Ok(OrderProduct::new((*product).try_into()?, Money::try_from(*price)?, (*quantity).try_into()?))
}

/// Whether it can be read what was shown of a product: the name, from where that is, the model.
fn is_shown(name: Option<&str>, from: Option<&str>, model: Option<&str>) -> bool {
    name.is_none_or(|name| ProductName::parse(name).is_ok())
        && from.is_none_or(|from| from.parse::<NameFrom>().is_ok())
        && model.is_none_or(|model| Model::parse(model).is_ok())
}

/// Pieces of the lines of an order; of another order's line there are none.
fn pieces(
    what: &'static str,
    order: i64,
    rows: impl Iterator<Item = (i64, i64)>,
) -> Result<Vec<Part>, InvalidInput> {
    let part = |(line, quantity): (i64, i64)| {
        let position = u8::try_from(line - (order - 1) * LINES - 1);
        let of_another = |_| InvalidInput::new(what, format!("line {line} is of another order"));
        Ok(Part { line: position.map_err(of_another)?, quantity: quantity.try_into()? })
    };
    rows.map(part).collect()
}

/// The cancellations of an order, with what is not wanted.
pub fn cancellations_of(
    order: i64,
    rows: &[CancellationRow],
    cancelled: &[(i64, i64, i64, i64)],
) -> Result<Vec<Cancellation>, InvalidInput> {
    let cancellation = |(expected, row): (i64, &CancellationRow)| {
        let (_, number, reason, _, is_odd) = row;
        if *is_odd {
            return Err(InvalidInput::new("note", format!("of cancellation {number} is none")));
        }
        if *number != expected {
            return Err(InvalidInput::new(
                "cancellation",
                format!("{expected} is not there, and {number} is"),
            ));
        }
        let of_it = cancelled.iter().filter(|part| part.1 == *number);
        let parts = pieces(CANCELLED, order, of_it.map(|part| (part.2, part.3)))?;
        Ok(Cancellation { reason: reason.parse()?, note: None, parts })
    };
    (1..).zip(rows).map(cancellation).collect()
}

/// A movement that is for a line.
pub fn movement_of(row: &MovementRow) -> Result<OfLine, InvalidInput> {
    let (line, id, product, location, kind, quantity) = row;
    Ok(OfLine {
        id: (*id).try_into()?,
        line: (*line).try_into()?,
        product: (*product).try_into()?,
        location: (*location).try_into()?,
        kind: kind.parse()?,
        quantity: *quantity,
    })
}
