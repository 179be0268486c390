//! What the shop's people do: products, places, and what there is of the ones at the others.

use std::sync::Arc;

use super::{Sells, Storage, storage::Done};
use crate::{
    catalogue::{
        product::{NewProduct, Product, ProductDetails},
        query::{Offer, ProductPage, ProductQuery},
        repository::Catalogue,
    },
    clock::Clock,
    code::LocationCode,
    id::{MovementId, ProductId},
    identity::{Ownership, UseCase, User},
    ledger::Change,
    money::Currency,
    order::request::Request,
    page::PageLimit,
    stock::{
        keeping::{Kept, StockChange},
        level::StockLevel,
        location::{Location, LocationDetails, NewLocation},
        movement::Movement,
    },
    version::Expected,
};

mod error;
mod settling;

pub use error::KeepingError;
pub(super) use settling::Decided;

fn may(asker: User, use_case: UseCase) -> Result<(), KeepingError> {
    Ok(use_case.check(asker, Ownership::Own)?)
}

/// The use cases of products, places and stock over the ports.
pub struct KeepingService {
    pub(super) storage: Storage,
    pub(super) sells: Sells,
    pub(super) clock: Arc<dyn Clock>,
}

impl KeepingService {
    pub(super) fn new(storage: Storage, sells: Sells, clock: Arc<dyn Clock>) -> Self {
        Self { storage, sells, clock }
    }

    fn catalogue(&self) -> &Arc<dyn Catalogue> {
        self.sells.catalogue(&self.storage)
    }

    /// The shop's own currency: that of all prices.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.catalogue().currency()
    }

    /// Whether this asker may do this: a caller asks before it reads what they send.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`].
    pub fn may(&self, asker: User, use_case: UseCase) -> Result<(), KeepingError> {
        may(asker, use_case)
    }

    /// Some of the products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`KeepingError::Unavailable`].
    pub async fn products(&self, query: ProductQuery) -> Result<ProductPage, KeepingError> {
        let wanted = query.limit.get();
        let limit = query.limit.and_one_more();
        let mut offers = self.catalogue().products(ProductQuery { limit, ..query }).await?;
        let more = offers.len() > wanted;
        offers.truncate(wanted);
        Ok(ProductPage { offers, more })
    }

    /// The product with this number.
    ///
    /// # Errors
    ///
    /// [`KeepingError::UnknownProduct`], [`KeepingError::Unavailable`].
    pub async fn product(&self, id: ProductId) -> Result<Offer, KeepingError> {
        let found = self.catalogue().find(&[id]).await?;
        found.into_iter().next().flatten().ok_or_else(|| KeepingError::UnknownProduct(id.unknown()))
    }

    /// Takes a product into the catalogue. Its price is in the shop's own currency.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::Taken`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn create_product(
        &self,
        asker: User,
        product: NewProduct,
        request: Request,
    ) -> Result<Done<Product>, KeepingError> {
        may(asker, UseCase::KeepProducts)?;
        self.not_fixed()?;
        // After a race the shop has another currency.
        let decide = async |again| {
            let currency = self.currency_of_prices(again).await?;
            let details = ProductDetails { currency, ..product.details.clone() };
            Ok(Decided::Change(Change::NewProduct(NewProduct { details, ..product.clone() })))
        };
        self.settle(asker, request, decide).await
    }

    /// Changes a product: what is done to its details is done again on what won a race.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::Changed`], [`KeepingError::Taken`], [`KeepingError::KeyReused`],
    /// [`KeepingError::Unavailable`].
    pub async fn change_product(
        &self,
        asker: User,
        id: ProductId,
        expected: &Expected,
        change: impl Fn(ProductDetails) -> ProductDetails,
        request: Request,
    ) -> Result<Done<Product>, KeepingError> {
        may(asker, UseCase::KeepProducts)?;
        self.not_fixed()?;
        let decide = async |again| {
            let product = self.product(id).await?.product;
            if !expected.admits(product.version) {
                return Ok(Decided::Refused(KeepingError::Changed));
            }
            let currency = self.currency_of_prices(again).await?;
            let details = ProductDetails { currency, ..change(product.details.clone()) };
            Ok(product.changed(details).map(Change::Product).ok_or(product).into())
        };
        self.settle(asker, request, decide).await
    }

    /// All places, the older ones first.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Unavailable`].
    pub async fn locations(&self, asker: User) -> Result<Vec<Location>, KeepingError> {
        may(asker, UseCase::SeeStock)?;
        Ok(self.storage.stock.locations().await?)
    }

    /// Adds a place.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::Taken`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn create_location(
        &self,
        asker: User,
        location: NewLocation,
        request: Request,
    ) -> Result<Done<Location>, KeepingError> {
        may(asker, UseCase::KeepStock)?;
        self.not_fixed()?;
        let change = Change::NewLocation(location);
        Ok(self.storage.commit(change, request, self.clock.now()).await?.of()?)
    }

    /// Changes a place: what is done to its details is done again on what won a race.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownLocation`],
    /// [`KeepingError::Changed`], [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn change_location(
        &self,
        asker: User,
        code: &LocationCode,
        expected: &Expected,
        change: impl Fn(LocationDetails) -> LocationDetails,
        request: Request,
    ) -> Result<Done<Location>, KeepingError> {
        may(asker, UseCase::KeepStock)?;
        self.not_fixed()?;
        let decide = async |_| {
            let all = self.storage.stock.locations().await?;
            let unknown = || KeepingError::UnknownLocation(Location::unknown(code));
            let location = all.into_iter().find(|known| known.code == *code).ok_or_else(unknown)?;
            if !expected.admits(location.version) {
                return Ok(Decided::Refused(KeepingError::Changed));
            }
            let details = change(location.details.clone());
            Ok(location.changed(details).map(Change::Location).ok_or(location).into())
        };
        self.settle(asker, request, decide).await
    }

    /// The levels of a product, one for each place.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::UnknownProduct`], [`KeepingError::Unavailable`].
    pub async fn levels(&self, asker: User, product: ProductId) -> Result<Vec<StockLevel>, KeepingError> {
        may(asker, UseCase::SeeStock)?;
        let levels = self.storage.stock.levels(product, None).await?;
        levels.ok_or_else(|| KeepingError::UnknownProduct(product.unknown()))
    }

    /// The level of a product at a place.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::UnknownProduct`], [`KeepingError::UnknownLocation`],
    /// [`KeepingError::Unavailable`].
    pub async fn level(
        &self,
        asker: User,
        product: ProductId,
        at: &LocationCode,
    ) -> Result<StockLevel, KeepingError> {
        may(asker, UseCase::SeeStock)?;
        let levels = self.storage.stock.levels(product, Some(at.clone())).await?;
        let levels = levels.ok_or_else(|| KeepingError::UnknownProduct(product.unknown()))?;
        let unknown = || KeepingError::UnknownLocation(Location::unknown(at));
        levels.into_iter().next().ok_or_else(unknown)
    }

    /// Counts, takes in, takes out or moves pieces of a product.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::Fixed`], [`KeepingError::UnknownProduct`],
    /// [`KeepingError::UnknownLocation`], [`KeepingError::Changed`], [`KeepingError::NotKept`],
    /// [`KeepingError::KeyReused`], [`KeepingError::Unavailable`].
    pub async fn keep(
        &self,
        asker: User,
        change: StockChange,
        request: Request,
    ) -> Result<Done<Kept>, KeepingError> {
        may(asker, UseCase::KeepStock)?;
        self.not_fixed()?;
        Ok(self.storage.commit(Change::Stock(change), request, self.clock.now()).await?.of()?)
    }

    /// Some of the movements of a product, ascending, and whether others follow.
    ///
    /// # Errors
    ///
    /// [`KeepingError::MissingScope`], [`KeepingError::UnknownProduct`], [`KeepingError::Unavailable`].
    pub async fn movements(
        &self,
        asker: User,
        product: ProductId,
        after: Option<MovementId>,
        limit: PageLimit,
    ) -> Result<(Vec<Movement>, bool), KeepingError> {
        may(asker, UseCase::SeeStock)?;
        let found = self.storage.stock.movements(product, after, limit.and_one_more()).await?;
        let mut movements = found.ok_or_else(|| KeepingError::UnknownProduct(product.unknown()))?;
        let more = movements.len() > limit.get();
        movements.truncate(limit.get());
        Ok((movements, more))
    }

    pub(super) fn not_fixed(&self) -> Result<(), KeepingError> {
        if matches!(self.sells, Sells::Fixed(..)) { Err(KeepingError::Fixed) } else { Ok(()) }
    }
}
