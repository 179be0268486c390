//! From what somebody asks for to an order.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{OrderService, Sells};
use crate::{
    failure::PortError,
    identity::{Ownership, UseCase, User},
    ledger::Change,
    money::Money,
    order::{
        basket::{Basket, NotSold, RequestedLine},
        contact::Contact,
        error::{LineFault, LinePart, OrderError},
    },
};

impl OrderService {
    /// What is wrong with these lines beyond what each says of itself: for a caller that has
    /// found faults already and wants to report them all at once.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Unavailable`].
    pub async fn faults(&self, asker: User, lines: &[RequestedLine]) -> Result<Vec<LineFault>, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        let (merged, faults) = match Basket::new(asker.id(), lines, None, self.clock.now()) {
            Ok(basket) => (basket.lines().to_vec(), Vec::new()),
            Err(refused) => refused,
        };
        let mut faults = self.all_faults(&merged, faults).await?;
        // How many there are says the caller, who may have left some out.
        faults.retain(|fault| fault.part != LinePart::Whole);
        Ok(faults)
    }

    /// These faults, and that some of the products are not sold.
    async fn all_faults(
        &self,
        merged: &[RequestedLine],
        mut faults: Vec<LineFault>,
    ) -> Result<Vec<LineFault>, PortError> {
        let terms = self.terms(merged).await?;
        let unsold = |line: &RequestedLine| line.terms(|product| terms.get(&product).copied()).err();
        faults.extend(merged.iter().filter_map(unsold));
        Ok(faults)
    }

    /// What is to be stored of a basket: where the catalogue is the ledger's, the basket itself.
    pub(super) async fn sale(
        &self,
        asker: User,
        lines: &[RequestedLine],
        expected_total: Option<Money>,
        contact: Contact,
        now: DateTime<Utc>,
    ) -> Result<Result<Change, NotSold>, OrderError> {
        let basket = match Basket::new(asker.id(), lines, expected_total, now) {
            Ok(basket) => basket.of(contact),
            Err((merged, faults)) => {
                return Ok(Err(NotSold::Invalid(self.all_faults(&merged, faults).await?)));
            }
        };
        match self.sells {
            Sells::Stored => Ok(Ok(Change::Sell(basket))),
            Sells::Fixed(_) => {
                let terms = self.terms(basket.lines()).await?;
                Ok(basket.priced(|product| terms.get(&product).copied()).map(Change::Place))
            }
        }
    }

    async fn terms(
        &self,
        lines: &[RequestedLine],
    ) -> Result<HashMap<crate::id::ProductId, crate::catalogue::product::Terms>, PortError> {
        let ids: Vec<_> = lines.iter().map(|line| line.product).collect();
        let found = self.catalogue().find(&ids).await?;
        if found.len() != ids.len() {
            return Err(PortError::Corrupt("the catalogue answered about other products".into()));
        }
        Ok(found.into_iter().flatten().map(|offer| (offer.product.id, offer.product.terms())).collect())
    }
}
