//! Files of counts, against the seam's connection (`super::Conn`).

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};
use diesel::QueryResult;
use orders_domain::{
    ProductId,
    stock::{
        Location,
        import::{CountLine, StockImport, StockTally},
        keeping::StockChange,
        shelves::Place,
    },
};

use super::{
    super::bulk::{ImportError, Lines},
    Conn, catalogue,
    catalogued::Counted,
    filling,
    keeping::{self, Told},
    telling::{Entry, Filling},
};

/// Goes through a file of counts without storing anything.
pub fn check(conn: &mut Conn, lines: &mut dyn Lines<CountLine>) -> Result<StockImport, ImportError> {
    let mut import = StockImport::new();
    let places = catalogue::places(conn)?;
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        let asked = ask(conn, &mut import, &some, &places)?;
        let ids: BTreeSet<_> = asked.iter().map(|(_, change, _)| change.product.get()).collect();
        let mut shelves = catalogue::shelves(conn, &Vec::from_iter(ids))?;
        for (line, change, place) in asked {
            import.decide(line.line, &mut shelves, (&change, place));
        }
    }
    if import.faults.lines() > 0 {
        return Err(ImportError::Faults(import.faults));
    }
    Ok(import)
}

type Asked<'a> = (&'a CountLine, StockChange, Place);

/// What some lines ask for.
fn ask<'a>(
    conn: &mut Conn,
    import: &mut StockImport,
    lines: &'a [CountLine],
    places: &[Location],
) -> QueryResult<Vec<Asked<'a>>> {
    let found = Counted::find(conn, lines)?;
    let asked = lines.iter().filter_map(|line| {
        let (change, place) = import.ask(line, found.of(line), places)?;
        Some((line, change, place))
    });
    Ok(asked.collect())
}

/// Stores the counts of these products, of which levels change; those of others are so already.
pub fn store(
    conn: &mut Conn,
    changing: &[ProductId],
    lines: &mut dyn Lines<CountLine>,
    at: DateTime<Utc>,
) -> Result<StockTally, ImportError> {
    let mut import = StockImport::new();
    let mut filling = Filling::begin(conn)?;
    filling::lock_levels(conn, changing)?;
    let places = catalogue::places(conn)?;
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        let mut asked = ask(conn, &mut import, &some, &places)?;
        asked.retain(|(_, change, _)| {
            let changes = changing.binary_search(&change.product).is_ok();
            if !changes {
                import.was_so();
            }
            changes
        });
        let ids: BTreeSet<_> = asked.iter().map(|(_, change, _)| change.product.get()).collect();
        let mut shelves = catalogue::shelves(conn, &Vec::from_iter(ids))?;
        let there: HashSet<_> = asked
            .iter()
            .filter_map(|(_, change, _)| Some((change.product, shelves.shelf(change.product)?)))
            .flat_map(|(product, shelf)| shelf.spots().iter().map(move |spot| (product, spot.place.id)))
            .collect();
        let mut told = Vec::with_capacity(asked.len());
        for (line, change, place) in asked {
            if let Some(decision) = import.decide(line.line, &mut shelves, (&change, place)) {
                let decision = keeping::name_holders(conn, &places, change.product, decision)?;
                let (kept, moves) = Told::kept(decision);
                told.push(Entry { told: kept, moves, reason: Some(change.reason) });
            }
        }
        if import.faults.lines() > 0 {
            continue;
        }
        let (known, new) = shelves.settle_changes().into_iter().partition(|(at, _)| there.contains(at));
        filling::set_levels(conn, known, new)?;
        filling.tell(conn, told, at)?;
    }
    if import.faults.lines() > 0 {
        return Err(ImportError::Faults(import.faults));
    }
    filling.finish(conn, false)?;
    Ok(import.tally)
}
