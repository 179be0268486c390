//! Products, places and stock, for trials.

use std::io::{Write, stdout};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use indicatif::ProgressBar;
use orders_adapters::{
    SystemClock,
    sql::{Bulk, Lines, Run},
};
use orders_domain::{
    Currency, InvalidInput, LocationCode, ProductId,
    catalogue::{
        import::{ProductImport, ProductLine, Said},
        product::{ProductDetails, ProductName, Sku, StockPolicy},
        size::Size,
    },
    faults::Faults,
    ports::{Cause, Clock},
    stock::{
        import::{CountLine, Named},
        location::{LocationDetails, LocationName, NewLocation, ParcelLimits},
        movement::Reason,
    },
};

use crate::{config::SeedShopSettings, progress};

/// Lines that are given at once.
const AT_ONCE: u64 = 4_000;

/// Places of a shop that has none.
const PLACES: u16 = 3;

/// What the codes of places that are made begin with.
const CODE: &str = "SEED-";

/// Adds what is asked for.
///
/// # Errors
///
/// When it cannot be stored.
pub fn seed(shop: &mut dyn Bulk, settings: &SeedShopSettings) -> Result<()> {
    let products = settings.products.map_or(0, std::num::NonZeroU64::get);
    let known = shop.locations()?;
    let usual = if products > 0 && known.is_empty() { PLACES } else { 0 };
    let locations = settings.locations.unwrap_or(usual);
    let first = known.iter().filter_map(|place| place.code.as_str().strip_prefix(CODE)?.parse().ok()).max();
    let first: u16 = first.map_or(1, |last: u16| last.saturating_add(1));
    let new = (first..).take(locations.into()).map(place).collect::<Result<Vec<_>, _>>()?;
    let run = Run { at: SystemClock.now(), dry: false };
    if !new.is_empty() {
        shop.add_locations(new, run.at).context("the places cannot be stored")?;
    }
    if products == 0 {
        return said(0, locations, 0);
    }
    let places: Vec<_> = shop.locations()?.into_iter().map(|place| place.code).collect();
    ensure!(!places.is_empty(), "there is no place for {products} products: --locations adds some");

    let currency = shop.currency()?.unwrap_or(Currency::USD);
    let first = shop.last_product()?.checked_add(1).context("there is no number left for a product")?;
    let of = |index: u64| ProductId::try_from(first.saturating_add_unsigned(index));
    let bar = progress::bar_of(products, "adding", "products");
    let mut lines = Made::new(products, &bar, |index, lines| {
        lines.push(product(of(index)?, index, currency)?);
        Ok(())
    });
    let added = shop.import_products(ProductImport::new(false), &mut lines, run);
    bar.finish_and_clear();
    let added = added.context("the products cannot be stored")?.added;

    let bar = progress::bar_of(products, "counting", "products");
    let mut lines = Made::new(products, &bar, |index, lines| counts(of(index)?, index, &places, lines));
    let counted = shop.import_stock(&mut lines, run);
    bar.finish_and_clear();
    said(added, locations, counted.context("the stock cannot be stored")?.added)
}

fn said(products: u64, locations: u16, levels: u64) -> Result<()> {
    if products > 0 || locations > 0 {
        writeln!(stdout().lock(), "added {products} products, {locations} places and {levels} levels")?;
    }
    Ok(())
}

fn place(number: u16) -> Result<NewLocation, InvalidInput> {
    let country = ["DE", "FR", "NL", "PL", "ES"][usize::from(number) % 5];
    let details = LocationDetails {
        name: LocationName::parse(&format!("Warehouse {number}"))?,
        country: country.parse()?,
        point: None,
        priority: i64::from(number).try_into()?,
        parcel: ParcelLimits::default(),
        active: true,
    };
    Ok(NewLocation { code: format!("{CODE}{number}").parse()?, details })
}

/// Nobody counts a tenth of the products; of another tenth more can be ordered than is there.
fn policy(index: u64) -> StockPolicy {
    match index % 10 {
        0 => StockPolicy::Untracked,
        1 => StockPolicy::Backorder,
        _ => StockPolicy::Deny,
    }
}

/// The product at an index: the same each time.
fn product(id: ProductId, index: u64, currency: Currency) -> Result<ProductLine, InvalidInput> {
    const LOOKS: [&str; 8] = ["Red", "Blue", "Green", "Black", "White", "Small", "Large", "Striped"];
    const THINGS: [&str; 10] =
        ["mug", "bag", "notebook", "pen", "lamp", "blanket", "bottle", "backpack", "board", "candle"];

    let mut rng = Rng::with_seed(id.get().unsigned_abs());
    let name = format!("{} {} {id}", LOOKS[rng.usize(..LOOKS.len())], THINGS[rng.usize(..THINGS.len())]);
    let mut any = || rng.i64(20..=600).try_into();
    let size = Size { length: any()?, width: any()?, height: any()? };
    let details = ProductDetails {
        sku: Some(Sku::parse(&format!("SEED-{id}"))?),
        name: ProductName::parse(&name)?,
        price: rng.i64(199..=19_999).try_into()?,
        currency,
        weight: Some(rng.i64(20..=20_000).try_into()?),
        size: Some(size),
        policy: policy(index),
        active: true,
    };
    Ok(ProductLine { line: index, id: Some(id), details, said: Said::default() })
}

/// What there is of the product at an index: each that is counted is at one place, a third of them at
/// another one too.
fn counts(
    id: ProductId,
    index: u64,
    places: &[LocationCode],
    lines: &mut Vec<CountLine>,
) -> Result<(), Cause> {
    let policy = policy(index);
    if !policy.is_tracked() {
        return Ok(());
    }
    let mut rng = Rng::with_seed(id.get().unsigned_abs());
    let first = rng.usize(..places.len());
    let both = places.len() > 1 && rng.u8(0..3) == 0;
    for place in std::iter::once(first).chain(both.then_some((first + 1) % places.len())) {
        let limit = if policy == StockPolicy::Backorder { Some(50.try_into()?) } else { None };
        lines.push(CountLine {
            line: index,
            product: Named::Id(id, None),
            location: places[place].clone(),
            on_hand: rng.i64(1..=200).try_into()?,
            backorder_limit: limit,
            reason: Reason::parse("seed")?,
        });
    }
    Ok(())
}

/// Lines that are made from their indices.
struct Made<'a, M> {
    count: u64,
    next: u64,
    bar: &'a ProgressBar,
    make: M,
}

impl<'a, M> Made<'a, M> {
    fn new<T>(count: u64, bar: &'a ProgressBar, make: M) -> Self
    where
        M: FnMut(u64, &mut Vec<T>) -> Result<(), Cause>,
    {
        Self { count, next: 0, bar, make }
    }
}

impl<T, M: FnMut(u64, &mut Vec<T>) -> Result<(), Cause>> Lines<T> for Made<'_, M> {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.next = 0;
        Ok(())
    }

    fn next_lines(&mut self, _: &mut Faults) -> Result<Option<Vec<T>>, Cause> {
        if self.next == self.count {
            return Ok(None);
        }
        let end = self.count.min(self.next + AT_ONCE);
        let mut lines = Vec::new();
        for index in self.next..end {
            (self.make)(index, &mut lines)?;
        }
        self.next = end;
        self.bar.set_position(end);
        Ok(Some(lines))
    }
}
