//! What the shop's people do with marketplaces.

use std::sync::Arc;

use super::{KeepingError, KeepingService, Sells, Storage, keeping::Decided, storage::Done};
use crate::{
    code::MarketplaceCode,
    failure::PortError,
    identity::{UseCase, User},
    ledger::Change,
    market::{
        choice::{AskedMarket, ChosenMarket, NotChosen, choose as choose_of},
        directory::Directory,
        languages::Languages,
        marketplace::{Marketplace, MarketplaceDetails, NewMarketplace},
    },
    money::Currency,
    order::request::Request,
    version::Expected,
};

mod saying;
mod showing;

pub use showing::ProductView;
pub(super) use showing::showings;

/// Where somebody is who has said this. With `latest`, or if they have named one that is not known, among all
/// marketplaces as they are now.
pub(super) async fn choose(
    storage: &Storage,
    sells: &Sells,
    asked: &AskedMarket<'_>,
    languages: Languages,
    latest: bool,
) -> Result<Result<ChosenMarket, NotChosen>, PortError> {
    if let Sells::Fixed(_, only) = sells {
        return Ok(choose_of(asked, languages, only));
    }
    if !latest {
        let directory = storage.markets.directory().await?;
        if let Ok(chosen) = choose_of(asked, languages.clone(), &directory) {
            return Ok(Ok(chosen));
        }
    }
    Ok(choose_of(asked, languages, &*storage.markets.directory_now().await?))
}

impl KeepingService {
    /// In which marketplace somebody is who has said this.
    ///
    /// # Errors
    ///
    /// [`KeepingError::NotChosen`], [`KeepingError::Unavailable`].
    pub async fn choose(
        &self,
        asked: &AskedMarket<'_>,
        languages: Languages,
    ) -> Result<ChosenMarket, KeepingError> {
        choose(&self.storage, &self.sells, asked, languages, false).await?.map_err(KeepingError::NotChosen)
    }

    /// All marketplaces, the default one first.
    ///
    /// # Errors
    ///
    /// [`KeepingError::Unavailable`].
    pub async fn marketplaces(&self) -> Result<Arc<Directory>, KeepingError> {
        Ok(match &self.sells {
            Sells::Fixed(_, only) => Arc::clone(only),
            Sells::Stored => self.storage.markets.directory_now().await?,
        })
    }

    /// The marketplace of this code.
    ///
    /// # Errors
    ///
    /// [`KeepingError::UnknownMarketplace`], [`KeepingError::Unavailable`].
    pub async fn marketplace(&self, code: MarketplaceCode) -> Result<Arc<Marketplace>, KeepingError> {
        let directory = self.marketplaces().await?;
        let found = directory.get(code).map(|entry| Arc::clone(&entry.marketplace));
        found.ok_or_else(|| KeepingError::UnknownMarketplace(Marketplace::unknown(code)))
    }

    /// Adds a marketplace.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::Taken`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn create_marketplace(
        &self,
        asker: User,
        marketplace: NewMarketplace,
        request: Request,
    ) -> Result<Done<Marketplace>, KeepingError> {
        self.may_market(asker)?;
        let change = Change::NewMarketplace(marketplace);
        Ok(self.storage.commit(change, request, self.clock.now()).await?.of()?)
    }

    /// Changes a marketplace: what is done to its details is done again on what won a race.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownMarketplace`],
    /// [`KeepingError::AlwaysActive`], [`KeepingError::Priced`], [`KeepingError::Changed`],
    /// [`KeepingError::Taken`], [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn change_marketplace(
        &self,
        asker: User,
        code: MarketplaceCode,
        expected: &Expected,
        change: impl Fn(MarketplaceDetails) -> MarketplaceDetails,
        request: Request,
    ) -> Result<Done<Marketplace>, KeepingError> {
        self.may_market(asker)?;
        let decide = async |_| {
            let directory = self.storage.markets.directory_now().await?;
            let present = directory.get(code).map(|entry| entry.marketplace.as_ref().clone());
            if !expected.admits_present(present.as_ref().map(|present| present.version)) {
                return Ok(Decided::Refused(KeepingError::Changed));
            }
            let Some(present) = present else {
                return Ok(Decided::Refused(KeepingError::UnknownMarketplace(Marketplace::unknown(code))));
            };
            let details = change(present.details.clone());
            if code.is_default() && !details.active {
                return Ok(Decided::Refused(KeepingError::AlwaysActive));
            }
            Ok(present.changed(details).map(Change::Marketplace).ok_or(present).into())
        };
        self.settle(asker, request, decide).await
    }

    /// The currency of the products' own prices: with `latest` as it is now.
    pub(super) async fn currency_of_prices(&self, latest: bool) -> Result<Currency, PortError> {
        let markets = &self.storage.markets;
        let directory = match &self.sells {
            Sells::Fixed(_, only) => Arc::clone(only),
            Sells::Stored if latest => markets.directory_now().await?,
            Sells::Stored => markets.directory().await?,
        };
        Ok(directory.default().marketplace.details.currency)
    }

    fn may_market(&self, asker: User) -> Result<(), KeepingError> {
        self.may(asker, UseCase::KeepProducts)?;
        self.not_fixed()
    }
}
