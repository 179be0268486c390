//! Files of products and counts, against the seam's connection (`super::Conn`): what is found of a line,
//! what the domain makes of it, and that it is stored. How rows are stored is the seam's (`super::filling`).

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::QueryResult;
use orders_domain::{
    Currency, Product, ProductId, Version,
    catalogue::{
        import::{Becomes, Found, ProductImport, ProductLine, ProductTally},
        product::{ChangedProduct, NewProduct, Sku},
    },
    ports::{Change, PortError},
    stock::{
        Location,
        import::{CountLine, Known, Named, StockImport, StockTally},
        location::NewLocation,
    },
};

use super::{
    super::{
        bulk::{BulkShop, Counted, ImportError, Lines, Run},
        failure,
    },
    Bulk, Conn, catalogue, exporting,
    filling::{self, Entry, Filling},
    keeping::{self, Told},
};

/// How often an import is begun again when others change the same.
const TRIES: usize = 3;

impl BulkShop for Bulk {
    fn currency(&mut self) -> Result<Option<Currency>, PortError> {
        exporting::currency(self.conn()).map_err(failure)
    }

    fn products_after(&mut self, after: Option<ProductId>) -> Result<Vec<Product>, PortError> {
        exporting::products_after(self.conn(), after.map_or(0, ProductId::get)).map_err(failure)
    }

    fn last_product(&mut self) -> Result<i64, PortError> {
        keeping::last_product(self.conn()).map_err(failure)
    }

    fn locations(&mut self) -> Result<Vec<Location>, PortError> {
        catalogue::places(self.conn()).map_err(failure)
    }

    fn counted_after(&mut self, after: Option<&Counted>) -> Result<Vec<Counted>, PortError> {
        let after = after.map_or((0, 0), |after| (after.product.get(), after.place.get()));
        exporting::counted_after(self.conn(), after).map_err(failure)
    }

    fn import_products(
        &mut self,
        import: ProductImport,
        lines: &mut dyn Lines<ProductLine>,
        run: Run,
    ) -> Result<ProductTally, ImportError> {
        let (conn, at) = (self.conn(), run.at.trunc_subsecs(3));
        again(|| {
            let checked = check_products(conn, import.again(), lines)?;
            if run.dry {
                return Ok(checked.tally);
            }
            let import = checked.again();
            drop(checked);
            filling::transaction(conn, |conn| store_products(conn, import, lines, at))
        })
    }

    fn import_stock(
        &mut self,
        lines: &mut dyn Lines<CountLine>,
        run: Run,
    ) -> Result<StockTally, ImportError> {
        let (conn, at) = (self.conn(), run.at.trunc_subsecs(3));
        again(|| {
            let checked = check_stock(conn, lines)?;
            if run.dry {
                return Ok(checked.tally);
            }
            let changing = checked.changing();
            drop(checked);
            filling::transaction(conn, |conn| store_stock(conn, &changing, lines, at))
        })
    }

    fn add_locations(&mut self, new: Vec<NewLocation>, at: DateTime<Utc>) -> Result<(), ImportError> {
        let at = at.trunc_subsecs(3);
        filling::transaction(self.conn(), |conn| {
            let mut told = Vec::with_capacity(new.len());
            for new in new {
                let code = new.code.clone();
                match keeping::store(conn, &Change::NewLocation(new), at)? {
                    Ok(place) => told.push(Entry::of(place)),
                    Err(_) => {
                        let reason = format!("there is a place {code}, or there can be no more");
                        return Err(ImportError::Database(PortError::Unavailable(reason.into())));
                    }
                }
            }
            let mut filling = Filling::begin(conn)?;
            filling.tell(conn, told, at)?;
            Ok(filling.finish(conn, true)?)
        })
    }
}

fn again<T>(mut import: impl FnMut() -> Result<T, ImportError>) -> Result<T, ImportError> {
    let mut tries = 1;
    loop {
        match import() {
            Err(ImportError::Overtaken) if tries < TRIES => tries += 1,
            done => return done,
        }
    }
}

/// What the catalogue has of some lines.
#[derive(Default)]
struct Catalogued {
    by_id: HashMap<ProductId, Product>,
    by_sku: HashMap<Sku, Product>,
}

impl Catalogued {
    fn find(conn: &mut Conn, ids: &[i64], skus: &[&str]) -> QueryResult<Self> {
        let mut found = Self::default();
        if !ids.is_empty() {
            found
                .by_id
                .extend(exporting::by_ids(conn, ids)?.into_iter().map(|product| (product.id, product)));
        }
        if !skus.is_empty() {
            let with_sku = exporting::by_skus(conn, skus)?.into_iter();
            found.by_sku.extend(with_sku.filter_map(|product| Some((product.details.sku.clone()?, product))));
        }
        Ok(found)
    }

    fn of_products(conn: &mut Conn, lines: &[ProductLine]) -> QueryResult<Self> {
        let ids: Vec<_> = lines.iter().filter_map(|line| line.id.map(ProductId::get)).collect();
        let skus: Vec<_> =
            lines.iter().filter_map(|line| line.details.sku.as_ref().map(Sku::as_str)).collect();
        Self::find(conn, &ids, &skus)
    }

    fn of_product(&self, line: &ProductLine) -> Found {
        Found {
            by_id: line.id.and_then(|id| self.by_id.get(&id).cloned()),
            by_sku: line.details.sku.as_ref().and_then(|sku| self.by_sku.get(sku).cloned()),
        }
    }

    fn of_counts(conn: &mut Conn, lines: &[CountLine]) -> QueryResult<Self> {
        let (mut ids, mut skus) = (BTreeSet::new(), BTreeSet::new());
        for line in lines {
            match &line.product {
                Named::Id(id, _) => ids.insert(id.get()),
                Named::Sku(sku) => skus.insert(sku.as_str()),
            };
        }
        Self::find(conn, &Vec::from_iter(ids), &Vec::from_iter(skus))
    }

    fn of_count(&self, line: &CountLine) -> Option<Known> {
        let product = match &line.product {
            Named::Id(id, _) => self.by_id.get(id),
            Named::Sku(sku) => self.by_sku.get(sku),
        };
        product.map(|product| Known { id: product.id, sku: product.details.sku.clone() })
    }
}

/// Goes through a file of products without storing anything.
fn check_products(
    conn: &mut Conn,
    mut import: ProductImport,
    lines: &mut dyn Lines<ProductLine>,
) -> Result<ProductImport, ImportError> {
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        let found = Catalogued::of_products(conn, &some)?;
        for line in &some {
            import.decide(line, found.of_product(line));
        }
    }
    import.end_lines();
    if import.faults.lines() > 0 {
        return Err(ImportError::Faults(import.faults));
    }
    leave_out(conn, &mut import, |_, _| Ok(()))?;
    Ok(import)
}

/// Hands over what becomes of the products that have no line.
fn leave_out(
    conn: &mut Conn,
    import: &mut ProductImport,
    mut store: impl FnMut(&mut Conn, Vec<ChangedProduct>) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let mut after = if import.replaces() { Some(0) } else { None };
    while let Some(last) = after {
        let active = exporting::active_after(conn, last)?;
        after = active.last().map(|product| product.id.get());
        let left_out = active.iter().filter_map(|product| import.leave_out(product)).collect();
        store(conn, left_out)?;
    }
    Ok(())
}

fn store_products(
    conn: &mut Conn,
    mut import: ProductImport,
    lines: &mut dyn Lines<ProductLine>,
    at: DateTime<Utc>,
) -> Result<ProductTally, ImportError> {
    let mut filling = Filling::begin(conn)?;
    let last = keeping::last_product(conn)?;
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        let found = Catalogued::of_products(conn, &some)?;
        let claims = import.claims();
        let (mut new, mut changed, mut told) = (Vec::new(), Vec::new(), Vec::with_capacity(some.len()));
        for line in &some {
            match import.decide(line, found.of_product(line)) {
                Some(Becomes::New(NewProduct { id, details })) => {
                    let id = match id {
                        Some(id) => id,
                        None => {
                            import.next_id(last).map_err(PortError::corrupt).map_err(ImportError::Database)?
                        }
                    };
                    let product = Product { id, details, version: Version::FIRST };
                    told.push(Entry::of(Told::created(product.clone())));
                    new.push(product);
                }
                Some(Becomes::Changed(product)) => {
                    told.push(Entry::of(Told::changed(&product)));
                    changed.push(product);
                }
                Some(Becomes::Same) | None => {}
            }
        }
        if import.faults.lines() > 0 {
            // Others were faster, and nothing of this stays: the rest is only looked through.
            continue;
        }
        filling::park(conn, &import.park(claims))?;
        change_products(conn, &changed, at)?;
        filling::add_products(conn, &new, at)?;
        filling.tell(conn, told, at)?;
    }
    import.end_lines();
    if import.faults.lines() > 0 {
        return Err(ImportError::Faults(import.faults));
    }
    leave_out(conn, &mut import, |conn, left_out| {
        change_products(conn, &left_out, at)?;
        let told = left_out.iter().map(|changed| Entry::of(Told::changed(changed))).collect();
        Ok(filling.tell(conn, told, at)?)
    })?;
    filling.finish(conn, true)?;
    Ok(import.tally)
}

fn change_products(
    conn: &mut Conn,
    changed: &[ChangedProduct],
    at: DateTime<Utc>,
) -> Result<(), ImportError> {
    if filling::change_products(conn, changed, at)? { Ok(()) } else { Err(ImportError::Overtaken) }
}

/// Goes through a file of counts without storing anything.
fn check_stock(conn: &mut Conn, lines: &mut dyn Lines<CountLine>) -> Result<StockImport, ImportError> {
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

type Asked<'a> =
    (&'a CountLine, orders_domain::stock::keeping::StockChange, orders_domain::stock::shelves::Place);

/// What some lines ask for.
fn ask<'a>(
    conn: &mut Conn,
    import: &mut StockImport,
    lines: &'a [CountLine],
    places: &[Location],
) -> QueryResult<Vec<Asked<'a>>> {
    let found = Catalogued::of_counts(conn, lines)?;
    let asked = lines.iter().filter_map(|line| {
        let (change, place) = import.ask(line, found.of_count(line).as_ref(), places)?;
        Some((line, change, place))
    });
    Ok(asked.collect())
}

/// Stores the counts of these products, of which levels change; those of others are so already.
fn store_stock(
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
