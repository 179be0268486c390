//! Files of orders from another system: a JSON object a line.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek},
};

use chrono::{DateTime, SubsecRound, Utc};
use indicatif::ProgressBar;
use orders_adapters::sql::Lines;
use orders_api::Json;
use orders_domain::{
    ExternalId, Imported, InvalidInput, MarketplaceCode, NewOrder, OrderProduct, Quoted, ShippingProvider,
    Tracking, TrackingNumber,
    faults::Faults,
    order::{
        contact::{Contact, Email},
        import::ImportedOrder,
    },
    ports::Cause,
};

use super::{
    json::Members,
    table::{AT_ONCE, LONGEST},
};

/// The members of a line.
const MEMBERS: [&str; 9] = [
    "externalId",
    "userId",
    "placedAt",
    "status",
    "currency",
    "products",
    "marketplace",
    "tracking",
    "email",
];

/// The members of a product of a line.
const PRODUCT: [&str; 3] = ["id", "quantity", "price"];

/// The members of a tracking.
const TRACKING: [&str; 2] = ["provider", "number"];

/// After how many bytes the lines are handed over, however few they are.
const READ_AT_ONCE: u64 = 8 << 20;

/// How many characters are said of a line at most, but for the last fault of them.
const MOST_SAID: usize = 4_000;

/// The byte order mark of UTF-8.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A file.
pub struct Orders {
    file: File,
    bar: ProgressBar,
    reading: Option<Reading>,
}

struct Reading {
    from: BufReader<File>,
    line: u64,
    read: u64,
    bytes: Vec<u8>,
}

impl Orders {
    /// Of this file; the bar shows how many of its bytes were read.
    #[must_use]
    pub fn new(file: File, bar: ProgressBar) -> Self {
        Self { file, bar, reading: None }
    }
}

/// What came next.
enum Next {
    Line,
    TooLong,
    End,
}

impl Reading {
    /// Reads the next line. One that is too long is passed over.
    fn next(&mut self) -> io::Result<Next> {
        self.bytes.clear();
        self.line += 1;
        // As much as is allowed, and the byte that ends it.
        let read = (&mut self.from).take(LONGEST + 1).read_until(b'\n', &mut self.bytes)? as u64;
        self.read += read;
        if read > LONGEST && !self.bytes.ends_with(b"\n") {
            self.read += self.from.skip_until(b'\n')? as u64;
            return Ok(Next::TooLong);
        }
        Ok(if read > 0 { Next::Line } else { Next::End })
    }

    /// The line, without the mark with which a file may begin.
    fn bytes(&self) -> &[u8] {
        let marked = if self.line == 1 { self.bytes.strip_prefix(MARK) } else { None };
        marked.unwrap_or(&self.bytes)
    }
}

impl Lines<ImportedOrder> for Orders {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.file.rewind()?;
        self.bar.set_position(0);
        let from = BufReader::with_capacity(1 << 16, self.file.try_clone()?);
        self.reading = Some(Reading { from, line: 0, read: 0, bytes: Vec::new() });
        Ok(())
    }

    fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<ImportedOrder>>, Cause> {
        let Some(reading) = &mut self.reading else { return Ok(None) };
        let mut orders = Vec::new();
        let until = reading.read + READ_AT_ONCE;
        for _ in 0..AT_ONCE {
            if reading.read >= until {
                break;
            }
            match reading.next()? {
                Next::Line => {}
                Next::TooLong => {
                    faults.add(reading.line, &[format!("it has more than {LONGEST} bytes")]);
                    continue;
                }
                Next::End => {
                    self.reading = None;
                    return Ok(Some(orders));
                }
            }
            let bytes = reading.bytes();
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            match order(reading.line, bytes) {
                Ok(order) => orders.push(order),
                Err(wrong) => faults.add(reading.line, &wrong),
            }
        }
        self.bar.set_position(reading.read);
        Ok(Some(orders))
    }
}

/// Reads a line.
///
/// # Errors
///
/// All that is wrong with it.
fn order(line: u64, bytes: &[u8]) -> Result<ImportedOrder, Vec<String>> {
    let text = std::str::from_utf8(bytes).map_err(|_| vec!["it is not UTF-8".to_owned()])?;
    let tree = Json::strict(text).map_err(|error| vec![format!("it is not JSON: {}", said(&error))])?;
    let mut faults = Vec::new();
    match members(line, tree, &mut faults) {
        Some(order) if faults.is_empty() => Ok(order),
        _ => Err(cut(faults)),
    }
}

/// The first of many faults, and how many there are more.
fn cut(mut faults: Vec<String>) -> Vec<String> {
    let mut said = 0;
    let kept = faults.iter().take_while(|fault| {
        let before = said;
        said += fault.len();
        before < MOST_SAID
    });
    let kept = kept.count();
    let more = faults.len() - kept;
    if more > 0 {
        faults.truncate(kept);
        faults.push(format!("and {more} faults more"));
    }
    faults
}

/// What is wrong with a text, and in which column: it is one line.
fn said(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

fn members(line: u64, tree: Json<'_>, faults: &mut Vec<String>) -> Option<ImportedOrder> {
    let mut given = Members::of(tree, "", faults)?;
    let value = given.required("externalId");
    let external_id = given.text("externalId", value, ExternalId::parse);
    let user = given.number("userId");
    let value = given.required("placedAt");
    let placed_at = given.text("placedAt", value, moment);
    let value = given.required("status");
    let status = given.text("status", value, str::parse);
    let value = given.required("currency");
    let currency = given.text("currency", value, str::parse);
    let value = given.given("marketplace");
    let is_elsewhere = value.is_some();
    let marketplace = given.text("marketplace", value, str::parse);
    let marketplace = if is_elsewhere { marketplace } else { Some(MarketplaceCode::DEFAULT) };
    let email = given.private("email", Email::parse);
    let tracking = given.given("tracking").and_then(|value| tracking(value, given.faults()));
    let mut products = given.array("products").unwrap_or_default();
    if products.len() > NewOrder::MAX_LINES {
        let refused = NewOrder::refused_count(products.len());
        given.faults().push(refused.to_string());
        products.clear();
    }
    let mut lines = Vec::with_capacity(products.len());
    for (index, value) in products.into_iter().enumerate() {
        lines.extend(product(index, value, given.faults()));
    }
    given.end(&MEMBERS);
    Some(ImportedOrder {
        line,
        from: Imported { external_id: external_id?, placed_at: placed_at? },
        user: user?,
        status: status?,
        currency: currency?,
        marketplace: marketplace?,
        lines,
        tracking,
        contact: Contact { email, ship_to: None },
    })
}

fn product(index: usize, value: Json<'_>, faults: &mut Vec<String>) -> Option<OrderProduct> {
    let mut given = Members::of(value, &format!("products[{index}]"), faults)?;
    let (id, quantity, price) = (given.number("id"), given.number("quantity"), given.number("price"));
    given.end(&PRODUCT);
    Some(OrderProduct::new(id?, price?, quantity?))
}

fn tracking(value: Json<'_>, faults: &mut Vec<String>) -> Option<Tracking> {
    let mut given = Members::of(value, "tracking", faults)?;
    let value = given.required("provider");
    let provider = given.text("provider", value, ShippingProvider::parse);
    let value = given.required("number");
    let number = given.text("number", value, TrackingNumber::parse);
    given.end(&TRACKING);
    Some(Tracking::new(provider?, number?))
}

/// A moment of RFC 3339, to the millisecond.
fn moment(text: &str) -> Result<DateTime<Utc>, InvalidInput> {
    let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| {
        let form = "is not a moment in RFC 3339, such as 2026-11-22T10:00:00Z";
        InvalidInput::new("placedAt", format!("{} {form}", Quoted(text)))
    })?;
    Ok(parsed.to_utc().trunc_subsecs(3))
}

#[cfg(test)]
mod tests;
