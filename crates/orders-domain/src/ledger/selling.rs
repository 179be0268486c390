//! What a basket comes to at the commit. The only place that decides it.

use crate::{
    order::{
        basket::{Basket, NotSold, OutOfStock},
        new_order::NewOrder,
    },
    stock::{movement::Move, shelves::Shelves},
};

/// An order to be stored, with what it reserves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The order at the prices of now.
    pub order: NewOrder,
    /// What is reserved for it.
    pub moves: Vec<Move>,
}

/// Prices a basket and reserves what it wants, or nothing of it. The shelves know every product that the
/// basket names and that exists, and its marketplace.
///
/// # Errors
///
/// [`NotSold`]: the marketplace first, then the lines, the price, and the stock.
pub fn sell(shelves: &mut Shelves, basket: &Basket) -> Result<Sold, NotSold> {
    let market = basket.market();
    if !shelves.is_still(market) {
        return Err(NotSold::MarketplaceChanged);
    }
    let order = basket.priced(|product| shelves.on_sale(product, market))?;
    let wanted: Vec<_> = basket.wanted().collect();
    let moves = shelves.reserve(&wanted).map_err(|lacking| {
        let lines = basket.lines();
        let lack = lacking.iter().filter_map(|lack| {
            let line = lines.get(lack.line)?;
            let (index, product, wanted) = (line.index, line.product, line.quantity);
            Some(OutOfStock { index, product, wanted, available: lack.available })
        });
        NotSold::OutOfStock(lack.collect())
    })?;
    Ok(Sold { order, moves })
}
