//! Whether what was counted is what the events count as, against the seam's connection (`super::Conn`). No backend is
//! named here.
//!
//! What is stored and what is counted anew are not compared row by row, for which neither has to be kept in memory: of
//! each all numbers are added up, each times a number of its own that comes from its place. Two that agree on the sum are
//! the same, but for one chance in 2⁶⁴.

use diesel::{connection::DefaultLoadingMode, prelude::*};
use orders_domain::{
    Consumer, EventId,
    analytics::{Rollups, SPANS},
    audit::{Difference, DifferenceKind as Kind},
};

use super::{
    super::{rows::rollup::RollupRow, schema::rollups},
    Conn, analytics, consumers,
};

/// Events that are counted at once.
const AT_ONCE: usize = 2_000;

/// Looks at all that was counted.
pub fn examine(conn: &mut Conn, found: &mut dyn FnMut(Difference)) -> QueryResult<()> {
    // One state of both.
    let (cursor, stored) = conn.transaction(|conn| {
        let cursor = consumers::find(conn, Consumer::Rollups)?.and_then(|leased| leased.cursor);
        QueryResult::Ok((cursor, stored(conn)?))
    })?;
    let mut differs = |reason: String| found(Difference::of_rollups(Kind::RollupSum, reason));
    let which = usize::from(stored.has_stopped);
    if stored.spans.iter().any(|sum| sum[which] != stored.spans[0][which]) {
        differs("are not in hours and days what they are in quarters".to_owned());
    }
    match counted(conn, cursor) {
        Ok(counted) if counted[which] != stored.places[which] => {
            let until = cursor.map_or(0, EventId::get);
            differs(format!("are not what the events up to {until} count as"));
        }
        // Events that cannot be read are differences of their own.
        Ok(_) | Err(diesel::result::Error::DeserializationError(_)) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}

/// The sums of what is stored.
#[derive(Default)]
struct Stored {
    /// Of all numbers by their places.
    places: Sums,
    /// Of those of each length by their days: each adds up to the same.
    spans: [Sums; 4],
    /// Whether a number has stopped at the end of its range: it is no sum of others then.
    has_stopped: bool,
}

/// The sum of all numbers, and of those alone that do not stop at the end of their range.
type Sums = [u64; 2];

/// Kind, length, quarter, marketplace, currency, product.
type Key = (String, i64, i64, String, String, i64);

/// The figures, in the order of their columns.
type Numbers = (i64, i64, i64, i64, i64, i64, i64);

fn stored(conn: &mut Conn) -> QueryResult<Stored> {
    let mut stored = Stored::default();
    let columns = (
        (
            rollups::kind,
            rollups::span,
            rollups::quarter,
            rollups::marketplace,
            rollups::currency,
            rollups::product_id,
        ),
        (
            rollups::orders,
            rollups::units,
            rollups::gross,
            rollups::cancelled,
            rollups::shipped,
            rollups::timed,
            rollups::ship_seconds,
        ),
    );
    for row in rollups::table.select(columns).load_iter::<(Key, Numbers), DefaultLoadingMode>(conn)? {
        let ((kind, span, quarter, marketplace, currency, product), figures) = row?;
        let (texts, figures) = ([kind.as_str(), &marketplace, &currency], <[i64; 7]>::from(figures));
        stored.has_stopped |= figures.contains(&i64::MAX);
        add(&mut stored.places, texts, [span, quarter, product], &figures);
        if let Some(index) = SPANS.iter().position(|known| *known == span) {
            add(&mut stored.spans[index], texts, [0, quarter.div_euclid(96), product], &figures);
        }
    }
    Ok(stored)
}

/// The sum of what the events up to one count as.
fn counted(conn: &mut Conn, until: Option<EventId>) -> QueryResult<Sums> {
    let last = until.map_or(0, EventId::get);
    let (mut after, mut total) = (None, Sums::default());
    loop {
        let page = conn.transaction(|conn| analytics::uncounted(conn, after, AT_ONCE, last))?;
        let mut rollups = Rollups::default();
        for order in &page.orders {
            // What cannot be counted is not counted, as when it was.
            let _ = order.count(&mut rollups);
        }
        for ((span, key), figures) in &rollups.spread() {
            let RollupRow { kind, span, quarter, marketplace, currency, product, figures } =
                RollupRow::of(*span, key, figures);
            add(&mut total, [kind, marketplace, currency], [span, quarter, product], &figures);
        }
        after = page.cursor;
        if !page.more {
            return Ok(total);
        }
    }
}

/// Adds some numbers to both sums.
fn add(sums: &mut Sums, texts: [&str; 3], numbers: [i64; 3], figures: &[i64; 7]) {
    let mut without_amounts = *figures;
    // The worth, and how long it took.
    (without_amounts[2], without_amounts[6]) = (0, 0);
    for (total, figures) in sums.iter_mut().zip([figures, &without_amounts]) {
        *total = total.wrapping_add(sum(texts, numbers, figures));
    }
}

/// Some numbers, each times a number that comes from its place.
fn sum(texts: [&str; 3], numbers: [i64; 3], figures: &[i64; 7]) -> u64 {
    // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), with a zero behind each text.
    let byte = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let texts = texts.iter().flat_map(|text| text.bytes().chain([0]));
    let numbers = numbers.iter().flat_map(|number| number.to_le_bytes());
    let place = texts.chain(numbers).fold(0xcbf2_9ce4_8422_2325, byte);
    let each = (1_u64..).zip(figures).map(|(column, number)| {
        let times = mixed(place.wrapping_add(column.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        times.wrapping_mul(number.cast_unsigned())
    });
    each.fold(0, u64::wrapping_add)
}

/// The last steps of `SplitMix64` (<https://prng.di.unimi.it/splitmix64.c>), by which each bit depends on all.
fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
