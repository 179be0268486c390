//! What is sold, and where.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{OrderService, Sells, marketing};
use crate::{
    failure::PortError,
    id::ProductId,
    identity::{Ownership, UseCase, User},
    ledger::Change,
    market::{
        choice::{AskedMarket, ChosenMarket, NotChosen},
        languages::Languages,
        shown::{NotOnSale, OnSale},
    },
    money::Money,
    order::{
        basket::{Basket, NotSold, RequestedLine, Unsold},
        contact::Contact,
        error::{LineFault, LinePart, OrderError},
    },
};

/// What comes with the lines of an order to place.
#[derive(Debug, Clone, Default)]
pub struct Placing<'a> {
    /// What it is to cost, if that is a condition.
    pub expected_total: Option<Money>,
    /// What is known of the customer.
    pub contact: Contact,
    /// What is said of the marketplace.
    pub asked: AskedMarket<'a>,
    /// Which languages the customer reads.
    pub languages: Languages,
}

/// How products are sold in a marketplace, as far as they were looked up.
type OnSaleNow = HashMap<ProductId, Result<OnSale, NotOnSale>>;

fn look_up(known: &OnSaleNow, product: ProductId) -> Result<OnSale, NotOnSale> {
    known.get(&product).cloned().unwrap_or(Err(NotOnSale::Unknown))
}

impl OrderService {
    /// What is wrong with these lines beyond what each says of itself: for a caller that has
    /// found faults already and wants to report them all at once.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::NotChosen`], [`OrderError::Unavailable`].
    pub async fn faults(
        &self,
        asker: User,
        lines: &[RequestedLine],
        placing: &Placing<'_>,
    ) -> Result<Vec<LineFault>, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        let (merged, faults) = match Basket::new(asker.id(), lines, None, self.clock.now()) {
            Ok(basket) => (basket.lines().to_vec(), Vec::new()),
            Err(refused) => refused,
        };
        let market = self.market(placing, false).await?.map_err(OrderError::NotChosen)?;
        let mut faults = self.all_faults(&merged, faults, &market).await?;
        // How many there are says the caller, who may have left some out.
        faults.retain(|fault| fault.part != LinePart::Whole);
        Ok(faults)
    }

    /// In which marketplace an order is placed.
    pub(super) async fn market(
        &self,
        placing: &Placing<'_>,
        latest: bool,
    ) -> Result<Result<ChosenMarket, NotChosen>, PortError> {
        let languages = placing.languages.clone();
        marketing::choose(&self.storage, &self.sells, &placing.asked, languages, latest).await
    }

    /// These faults, and that some of the products are not sold.
    async fn all_faults(
        &self,
        merged: &[RequestedLine],
        mut faults: Vec<LineFault>,
        market: &ChosenMarket,
    ) -> Result<Vec<LineFault>, PortError> {
        let known = self.on_sale(merged, market).await?;
        let unsold = |line: &RequestedLine| line.on_sale(|product| look_up(&known, product)).err();
        faults.extend(merged.iter().filter_map(unsold).map(Unsold::into_fault));
        Ok(faults)
    }

    /// What is to be stored of a basket: where the catalogue is the ledger's, the basket itself.
    pub(super) async fn sale(
        &self,
        asker: User,
        lines: &[RequestedLine],
        placing: &Placing<'_>,
        market: ChosenMarket,
        now: DateTime<Utc>,
    ) -> Result<Result<Change, NotSold>, OrderError> {
        let basket = match Basket::new(asker.id(), lines, placing.expected_total, now) {
            Ok(basket) => basket.of(placing.contact.clone()),
            Err((merged, faults)) => {
                return Ok(Err(NotSold::Invalid(self.all_faults(&merged, faults, &market).await?)));
            }
        };
        Ok(match self.sells {
            Sells::Stored => Ok(Change::Sell(basket.sold_in(market))),
            Sells::Fixed(..) => {
                let known = self.on_sale(basket.lines(), &market).await?;
                basket.sold_in(market).priced(|product| look_up(&known, product)).map(Change::Place)
            }
        })
    }

    async fn on_sale(&self, lines: &[RequestedLine], market: &ChosenMarket) -> Result<OnSaleNow, PortError> {
        let ids: Vec<_> = lines.iter().map(|line| line.product).collect();
        let found = self.catalogue().find(&ids).await?;
        if found.len() != ids.len() {
            return Err(PortError::Corrupt("the catalogue answered about other products".into()));
        }
        let products: Vec<_> = found.into_iter().flatten().map(|offer| offer.product).collect();
        let kept: Vec<_> = products.iter().collect();
        let showings = marketing::showings(&self.storage, &self.sells, &kept, market.code()).await?;
        let sold = products.iter().zip(showings).filter_map(|(product, showing)| {
            let showing = showing?;
            Some((product.id, showing.at(product.terms(), market)))
        });
        Ok(sold.collect())
    }
}
