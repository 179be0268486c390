//! SHA-256 of all that is in a database: two that agree on it hold the same, whatever they are.

use std::{
    io::{Write, stdout},
    vec::IntoIter,
};

use anyhow::{Context, Result};
use orders_adapters::sql::{BulkOrders, BulkParts, BulkShop, Digests, Key, Part};
use orders_domain::{Currency, OrderId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{config::DigestSettings, priority, progress, storage};

/// A database that can be digested.
pub trait Digestible: BulkOrders + BulkParts + BulkShop {}

impl<T: BulkOrders + BulkParts + BulkShop + ?Sized> Digestible for T {}

/// What is digested by itself.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// The orders, with all that is stored of them.
    Orders,
    /// The currency of all prices, if the database was ever used.
    Currency,
    /// The rows of a part.
    Part(Part),
}

impl Kind {
    /// All, in the order in which they are digested.
    pub fn all() -> impl Iterator<Item = Self> {
        [Self::Orders, Self::Currency].into_iter().chain(Part::ALL.map(Self::Part))
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Orders => f.write_str("orders"),
            Self::Currency => f.write_str("currency"),
            Self::Part(part) => part.fmt(f),
        }
    }
}

/// The name or number of something in a database, and its digest.
pub type Entry = (Key, [u8; 32]);

/// All of a kind in a database, by their keys.
pub struct Entries<'a, D: ?Sized> {
    database: &'a mut D,
    kind: Kind,
    page: IntoIter<Entry>,
    after: Key,
}

impl<'a, D: Digestible + ?Sized> Entries<'a, D> {
    /// From the first one on.
    pub fn of(database: &'a mut D, kind: Kind) -> Self {
        Self { database, kind, page: Vec::new().into_iter(), after: Key::default() }
    }

    fn next_page(&mut self) -> Result<Vec<Entry>> {
        let (page, last) = match self.kind {
            Kind::Part(part) => {
                let rows = self.database.rows_after(part, &self.after)?;
                (rows.digests(), rows.last())
            }
            // After the one there is none.
            Kind::Currency if self.after != Key::default() => (Vec::new(), None),
            Kind::Currency => {
                let key = Key { first: 1, ..Key::default() };
                let digest = |currency: Currency| (key.clone(), Sha256::digest(currency.code()).into());
                (self.database.currency()?.map(digest).into_iter().collect(), Some(key))
            }
            Kind::Orders => {
                let after = (self.after != Key::default())
                    .then(|| OrderId::try_from(self.after.first))
                    .transpose()?;
                let key = |id: OrderId| Key { first: id.get(), ..Key::default() };
                let orders = self.database.stored_after(after)?;
                let last = orders.last().map(|stored| key(stored.order.id()));
                (orders.iter().map(|stored| (key(stored.order.id()), stored.digest())).collect(), last)
            }
        };
        // After the last one there is none again.
        if let Some(last) = last {
            self.after = last;
        }
        Ok(page)
    }
}

impl<D: Digestible + ?Sized> Iterator for Entries<'_, D> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0 {
            match self.next_page().with_context(|| format!("the {} cannot be read", self.kind)) {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
        self.page.next().map(Ok)
    }
}

/// How many there are of something, and SHA-256 of all.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Of what.
    pub name: String,
    /// How many there are.
    pub count: u64,
    /// SHA-256 of all their digests, in hexadecimal digits.
    pub sha256: String,
}

/// What is in a database.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Digest {
    /// The orders, the currency, then each part.
    pub parts: Vec<Line>,
    /// All of them.
    pub all: Line,
    /// The newest event's id, or 0.
    pub last_event: i64,
}

/// Digests a database, as it is at the first look.
///
/// # Errors
///
/// When it cannot be read, or what is stored breaks a rule.
pub fn of(database: &mut (impl Digestible + ?Sized)) -> Result<Digest> {
    let bar = progress::bar(u64::try_from(database.count()?)?, "reading");
    let (mut parts, mut total, mut all) = (Vec::new(), 0, Digests::default());
    for kind in Kind::all() {
        let (mut count, mut digests) = (0, Digests::default());
        for entry in Entries::of(database, kind) {
            let (_, digest) = entry?;
            digests.add(&digest);
            all.add(&digest);
            count += 1;
            if let Kind::Orders = kind {
                bar.inc(1);
            }
        }
        total += count;
        parts.push(Line { name: kind.to_string(), count, sha256: digests.finish() });
    }
    bar.finish_and_clear();
    let all = Line { name: "all".to_owned(), count: total, sha256: all.finish() };
    Ok(Digest { parts, all, last_event: database.last_event()? })
}

/// Prints what is in a database.
///
/// # Errors
///
/// As [`of`].
pub fn digest(settings: &DigestSettings) -> Result<()> {
    priority::lower()?;
    let digest = of(storage::bulk_to_read(&settings.database)?.as_mut())?;
    let mut out = stdout().lock();
    if settings.json {
        return Ok(writeln!(out, "{}", serde_json::to_string(&digest)?)?);
    }
    for Line { name, count, sha256 } in digest.parts.iter().chain([&digest.all]) {
        writeln!(out, "{name:<12} {count:>10}  {sha256}")?;
    }
    Ok(writeln!(out, "{:<12} {:>10}", "last event", digest.last_event)?)
}
