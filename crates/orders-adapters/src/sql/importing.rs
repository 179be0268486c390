//! Files of products and counts, against the seam's connection (`super::Conn`): what is found of a line,
//! what the domain makes of it, and that it is stored. How rows are stored is the seam's (`super::filling`).

use chrono::{DateTime, SubsecRound, Utc};
use orders_domain::{
    Currency, Product, ProductId, Version,
    catalogue::{
        import::{Becomes, ProductImport, ProductLine, ProductTally},
        product::{ChangedProduct, NewProduct},
    },
    ports::{Change, PortError},
    stock::{
        Location,
        import::{CountLine, StockTally},
        location::NewLocation,
    },
};

use super::{
    super::{
        bulk::{BulkShop, Counted, ImportError, Lines, Run},
        failure,
    },
    Bulk, Conn, catalogue,
    catalogued::Catalogued,
    counting, exporting, filling,
    keeping::{self, Told},
    listed::Sets,
    telling::{Entry, Filling},
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
        let done = again(|| {
            let checked = check_products(conn, import.again(), lines)?;
            if run.dry || checked.tally.is_idle() {
                return Ok(checked.tally);
            }
            let (import, adds_only) = (checked.again(), checked.tally.adds_only());
            drop(checked);
            filling::transaction(conn, |conn| store_products(conn, import, adds_only, lines, at))
        });
        if let Ok(tally) = &done
            && !run.dry
        {
            let says_more = !tally.listings.is_idle() || !tally.texts.is_idle();
            filling::analyze(conn, if says_more { "products, listings, product_texts" } else { "products" });
        }
        done
    }

    fn import_stock(
        &mut self,
        lines: &mut dyn Lines<CountLine>,
        run: Run,
    ) -> Result<StockTally, ImportError> {
        let (conn, at) = (self.conn(), run.at.trunc_subsecs(3));
        let done = again(|| {
            let checked = counting::check(conn, lines)?;
            if run.dry || checked.changing().is_empty() {
                return Ok(checked.tally);
            }
            let changing = checked.changing();
            drop(checked);
            filling::transaction(conn, |conn| counting::store(conn, &changing, lines, at))
        });
        if done.is_ok() && !run.dry {
            filling::analyze(conn, "stock_levels, stock_movements");
        }
        done
    }

    fn add_locations(&mut self, new: Vec<NewLocation>, at: DateTime<Utc>) -> Result<(), ImportError> {
        let at = at.trunc_subsecs(3);
        filling::transaction(self.conn(), |conn| {
            let mut told = Vec::with_capacity(new.len());
            for new in new {
                let code = new.code.clone();
                let Ok(place) = keeping::store(conn, &Change::NewLocation(new), at)? else {
                    let reason = format!("there is a place {code}, or there can be no more");
                    return Err(ImportError::Database(PortError::Unavailable(reason.into())));
                };
                told.push(Entry::of(place));
            }
            let mut filling = Filling::begin(conn)?;
            filling.tell(conn, told, at)?;
            Ok(filling.finish(conn, true)?)
        })
    }
}

/// Does an import, and again when others change the same.
pub fn again<T>(mut import: impl FnMut() -> Result<T, ImportError>) -> Result<T, ImportError> {
    let mut tries = 1;
    loop {
        match import() {
            Err(ImportError::Overtaken) if tries < TRIES => tries += 1,
            done => return done,
        }
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
        let found = Catalogued::find(conn, &some)?;
        for line in &some {
            import.decide(line, found.of(line));
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

/// Goes through the same file again and stores it. Where all of it is new, products are not looked for again:
/// should others have come meanwhile, an index says so, and it is all done anew.
fn store_products(
    conn: &mut Conn,
    mut import: ProductImport,
    adds_only: bool,
    lines: &mut dyn Lines<ProductLine>,
    at: DateTime<Utc>,
) -> Result<ProductTally, ImportError> {
    let mut filling = Filling::begin(conn)?;
    let last = keeping::last_product(conn)?;
    // In which all are priced.
    let mut currency = None;
    lines.rewind().map_err(ImportError::Lines)?;
    while let Some(some) = lines.next_lines(&mut import.faults).map_err(ImportError::Lines)? {
        let found = if adds_only { Catalogued::default() } else { Catalogued::find(conn, &some)? };
        let claims = import.claims();
        let (mut new, mut changed, mut told) = (Vec::new(), Vec::new(), Vec::with_capacity(some.len()));
        let mut sets = Sets::default();
        for line in &some {
            let Some((becomes, known)) = import.decide(line, found.of(line)) else { continue };
            let product = match becomes {
                Becomes::New(NewProduct { id, details }) => {
                    let id = match id {
                        Some(id) => id,
                        None => {
                            import.next_id(last).map_err(PortError::corrupt).map_err(ImportError::Database)?
                        }
                    };
                    currency = Some(details.currency);
                    let product = Product { id, details, version: Version::FIRST };
                    told.push(Entry::of(Told::created(product.clone())));
                    new.push(product);
                    id
                }
                Becomes::Changed(product) => {
                    currency = Some(product.product().details.currency);
                    told.push(Entry::of(Told::changed(&product)));
                    let id = product.product().id;
                    changed.push(product);
                    id
                }
                Becomes::Same(id) => id,
            };
            sets.add(product, &line.said, &known, &mut told);
        }
        if import.faults.lines() > 0 {
            // Others were faster, and nothing of this stays: the rest is only looked through.
            continue;
        }
        filling::park(conn, &import.park(claims))?;
        change_products(conn, &changed, at)?;
        filling::add_products(conn, &new, at)?;
        sets.store(conn)?;
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
    // From here on nobody changes it before the commit.
    if currency.is_some() && exporting::currency(conn)? != currency {
        return Err(ImportError::Overtaken);
    }
    Ok(import.tally)
}

fn change_products(
    conn: &mut Conn,
    changed: &[ChangedProduct],
    at: DateTime<Utc>,
) -> Result<(), ImportError> {
    if filling::change_products(conn, changed, at)? { Ok(()) } else { Err(ImportError::Overtaken) }
}
