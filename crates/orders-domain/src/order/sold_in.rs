//! Where an order was placed.

use crate::{
    code::MarketplaceCode,
    market::choice::{ChosenBy, ChosenMarket},
    market::locale::Locale,
};

/// Where an order was placed: in which marketplace, and in which language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoldIn {
    /// The marketplace, whose prices the order has.
    pub marketplace: MarketplaceCode,
    /// What had chosen it.
    pub chosen_by: ChosenBy,
    /// The language of who has ordered; `None` of what was ordered before that was kept.
    pub locale: Option<Locale>,
}

impl SoldIn {
    /// What is so of orders from before there were marketplaces.
    pub const BEFORE: Self =
        Self { marketplace: MarketplaceCode::DEFAULT, chosen_by: ChosenBy::Default, locale: None };
}

impl From<&ChosenMarket> for SoldIn {
    fn from(market: &ChosenMarket) -> Self {
        Self { marketplace: market.code(), chosen_by: market.by, locale: Some(market.locale().clone()) }
    }
}
