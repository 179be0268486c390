//! What the shop's people do: keys, races, and lists that do not change.

use super::*;
use crate::{
    catalogue::{product::NewProduct, product::ProductDetails, query::ProductQuery},
    stock::{
        Level, StockLevel,
        keeping::{Delivery, Keeping, Kept, StockChange},
        location::{Location, LocationDetails, LocationName, NewLocation, ParcelLimits},
        movement::Reason,
    },
};

mod changing;
mod reading;
mod scopes;

/// Somebody who may do everything with products and stock, and nothing with orders.
fn staff() -> User {
    User::new(n(1), [Scope::Products, Scope::StockRead, Scope::StockWrite].into_iter().collect())
}

fn code(code: &str) -> LocationCode {
    code.parse().unwrap()
}

fn lamp(version: i64, price: i64) -> Product {
    Product { version: n(version), ..product(9, price) }
}

fn hall(version: i64, priority: i64) -> Location {
    let details = LocationDetails {
        name: LocationName::parse("Main hall").unwrap(),
        country: "DE".parse().unwrap(),
        point: None,
        priority: n(priority),
        parcel: ParcelLimits::default(),
        active: true,
    };
    Location { id: n(1), code: code("MAIN"), details, version: n(version) }
}

fn shown() -> StockLevel {
    let level = Level { on_hand: 5, version: Some(n(3)), ..Level::default() };
    StockLevel::new(n(9), code("MAIN"), level, catalogue::product::StockPolicy::Deny, true)
}

fn kept() -> Kept {
    Kept { levels: vec![shown()], orders: Vec::new() }
}

fn received() -> StockChange {
    StockChange {
        product: n(9),
        what: Keeping::Deliver { at: code("MAIN"), kind: Delivery::Received, pieces: n(5) },
        reason: Reason::parse("from the harbour").unwrap(),
    }
}

fn new_product() -> NewProduct {
    NewProduct { id: Some(n(9)), details: lamp(1, 1999).details }
}

fn new_location() -> NewLocation {
    NewLocation { code: code("MAIN"), details: hall(1, 0).details }
}

fn dearer(details: ProductDetails) -> ProductDetails {
    ProductDetails { price: n(details.price.minor_units() + 1), ..details }
}

fn further(details: LocationDetails) -> LocationDetails {
    LocationDetails { priority: n(details.priority.get() + 1), ..details }
}

fn only(versions: &[i64]) -> Expected {
    Expected::OneOf(versions.iter().map(|version| n(*version)).collect())
}

/// Ports with a catalogue in US dollars that is asked so many times, and has this version of product 9
/// first, and then the next ones.
fn with_lamps(versions: &'static [(i64, i64)]) -> Ports {
    let mut ports = Ports::default();
    ports.catalogue.expect_currency().return_const(Currency::USD);
    for (version, price) in versions {
        let found = offer(lamp(*version, *price));
        let find = ports.catalogue.expect_find().once().withf(|ids| ids == [n(9)]);
        find.return_once(move |_| Ok(vec![Some(found)]));
    }
    ports
}

/// The same with places.
fn with_halls(versions: &'static [(i64, i64)]) -> Ports {
    let mut ports = Ports::default();
    for (version, priority) in versions {
        let found = hall(*version, *priority);
        ports.stock.expect_locations().once().return_once(move || Ok(vec![found]));
    }
    ports
}

/// Stores what was changed.
#[expect(clippy::unnecessary_wraps, reason = "as the ledger answers")]
fn changed(work: Commit) -> Result<Committed, Refused> {
    Ok(Committed::Now(match work.change {
        Change::Product(changed) => Made::Product(changed.product().clone()),
        Change::Location(changed) => Made::Location(changed.location().clone()),
        other => panic!("no change: {other:?}"),
    }))
}
