//! What the shop's people do with marketplaces, and what products look like there.

use std::sync::Arc;

use super::{KeepingError, KeepingService, Sells, Storage, changing::TRIES, storage::Done};
use crate::{
    catalogue::query::{Offer, ProductQuery},
    code::MarketplaceCode,
    failure::PortError,
    id::ProductId,
    identity::{UseCase, User},
    ledger::{Change, Made, Refused},
    market::{
        choice::{AskedMarket, ChosenMarket, NotChosen, choose as choose_of},
        directory::Directory,
        languages::Languages,
        listing::{Listing, ListingDetails},
        marketplace::{Marketplace, MarketplaceDetails, NewMarketplace},
        product_text::{Description, ProductText, TextDetails, TextKey},
        shown::{NotOnSale, OnSale, Showing},
    },
    money::Currency,
    order::request::Request,
    version::{Expected, Version},
};

/// A product as a marketplace shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductView {
    /// The product, and what there is of it.
    pub offer: Offer,
    /// On what terms it is sold there, and under which name.
    pub on_sale: OnSale,
    /// The version of its listing there; `None` in the default marketplace.
    pub listing: Option<Version>,
    /// The version of the text that its name is from; `None` of its own name.
    pub text: Option<Version>,
    /// What else is said of it; only of one product, not of those of a list.
    pub description: Option<Description>,
}

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
        let decide = |present: Option<Marketplace>| {
            let present =
                present.ok_or_else(|| KeepingError::UnknownMarketplace(Marketplace::unknown(code)))?;
            let details = change(present.details.clone());
            if code.is_default() && !details.active {
                return Err(KeepingError::AlwaysActive);
            }
            Ok(present.changed(details).map(Change::Marketplace).ok_or(present))
        };
        let read = async || {
            let directory = self.storage.markets.directory_now().await?;
            Ok(directory.get(code).map(|entry| entry.marketplace.as_ref().clone()))
        };
        self.settle(asker, (expected, request), read, |present: &Marketplace| present.version, decide).await
    }

    /// Says on what terms a marketplace sells a product.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::UnknownMarketplace`], [`KeepingError::OwnPrices`], [`KeepingError::Changed`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn set_listing(
        &self,
        asker: User,
        (product, code): (ProductId, MarketplaceCode),
        expected: &Expected,
        details: ListingDetails,
        request: Request,
    ) -> Result<Done<Listing>, KeepingError> {
        self.may_market(asker)?;
        self.product(product).await?;
        self.marketplace(code).await?;
        if code.is_default() {
            return Err(KeepingError::OwnPrices);
        }
        let decide =
            |present| Ok(Listing::set((product, code), present, details.clone()).map(Change::Listing));
        let read = async || self.storage.markets.listing(product, code).await;
        self.settle(asker, (expected, request), read, |present: &Listing| present.version, decide).await
    }

    /// Says what a product is called in a language, in a marketplace or in all.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::UnknownMarketplace`], [`KeepingError::Changed`], [`KeepingError::Taken`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn set_text(
        &self,
        asker: User,
        of: &TextKey,
        expected: &Expected,
        details: TextDetails,
        request: Request,
    ) -> Result<Done<ProductText>, KeepingError> {
        self.may_market(asker)?;
        self.product(of.product).await?;
        if let Some(code) = of.marketplace {
            self.marketplace(code).await?;
        }
        let decide = |present| Ok(ProductText::set(of.clone(), present, details.clone()).map(Change::Text));
        let read = async || self.storage.markets.text(of.clone()).await;
        self.settle(asker, (expected, request), read, |present: &ProductText| present.version, decide).await
    }

    /// A product as a marketplace shows it.
    ///
    /// # Errors
    ///
    /// [`KeepingError::UnknownProduct`], [`KeepingError::NotSoldHere`], [`KeepingError::Unavailable`].
    pub async fn view(&self, id: ProductId, market: &ChosenMarket) -> Result<ProductView, KeepingError> {
        let offer = self.product(id).await?;
        let view = self.views(vec![offer], market).await?.pop();
        let mut view = view.ok_or_else(|| KeepingError::NotSoldHere(id.not_sold_in(market.code())))?;
        if view.text.is_some() {
            let from = view.on_sale.shown.name_from.clone();
            let of = TextKey { product: id, marketplace: from.marketplace, locale: from.locale };
            let text = self.storage.markets.text(of).await?;
            view.description = text.and_then(|text| text.details.description);
        }
        Ok(view)
    }

    /// Some of the products that a marketplace shows, ascending by id, and whether others follow.
    ///
    /// # Errors
    ///
    /// [`KeepingError::Unavailable`].
    pub async fn shown(
        &self,
        query: ProductQuery,
        market: &ChosenMarket,
    ) -> Result<(Vec<ProductView>, bool), KeepingError> {
        let page = self.products(ProductQuery { market: market.code(), ..query }).await?;
        Ok((self.views(page.offers, market).await?, page.more))
    }

    /// These products as a marketplace shows them, as far as it does.
    async fn views(
        &self,
        offers: Vec<Offer>,
        market: &ChosenMarket,
    ) -> Result<Vec<ProductView>, KeepingError> {
        let showings = match &self.sells {
            Sells::Fixed(..) => offers.iter().map(|offer| Some(Showing::of(&offer.product))).collect(),
            Sells::Stored => {
                let ids: Vec<_> = offers.iter().map(|offer| offer.product.id).collect();
                self.storage.markets.showings(&ids, market.code()).await?
            }
        };
        let view = |(offer, showing): (Offer, Option<Showing>)| {
            let showing = showing?;
            let on_sale = match showing.at(offer.product.terms(), market) {
                Ok(on_sale) => on_sale,
                Err(NotOnSale::Unknown | NotOnSale::NotHere(_)) => return None,
            };
            let listing = showing.listing(market.code()).map(|listing| listing.version);
            let text = showing.text(market).map(|text| text.version);
            Some(ProductView { offer, on_sale, listing, text, description: None })
        };
        Ok(offers.into_iter().zip(showings).filter_map(view).collect())
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

    /// Compare-and-set: what is decided of something is decided again on what won a race. What is so already is
    /// given back.
    async fn settle<T>(
        &self,
        asker: User,
        (expected, request): (&Expected, Request),
        read: impl AsyncFn() -> Result<Option<T>, PortError>,
        version: impl Fn(&T) -> Version,
        decide: impl Fn(Option<T>) -> Result<Result<Change, T>, KeepingError>,
    ) -> Result<Done<T>, KeepingError>
    where
        T: TryFrom<Made, Error = PortError>,
    {
        for _ in 0..TRIES {
            let present = read().await?;
            if !expected.admits_present(present.as_ref().map(&version)) {
                return self.recall(asker, &request, KeepingError::Changed).await;
            }
            let change = match decide(present) {
                Ok(Ok(change)) => change,
                Ok(Err(same)) => return Ok(self.recalled(asker, &request).await?.unwrap_or(Done::Now(same))),
                Err(refusal) => return self.recall(asker, &request, refusal).await,
            };
            match self.storage.commit(change, request.clone(), self.clock.now()).await {
                Err(Refused::Stale) => {}
                done => return Ok(done?.of()?),
            }
        }
        Err(KeepingError::Unavailable(PortError::Busy))
    }
}
