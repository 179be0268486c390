//! Who knows what there is.

use async_trait::async_trait;

use super::{
    level::{Level, StockLevel},
    location::Location,
    movement::{Held, Movement},
};
use crate::{
    code::LocationCode,
    failure::PortError,
    id::{LocationId, MovementId, OrderId, ProductId},
    page::PageLimit,
};

/// What an order holds, and what there is beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// What the order's lines hold, in their order, and of the places within.
    pub held: Vec<Held>,
    /// The levels, by product and place.
    pub levels: Vec<(ProductId, LocationId, Level)>,
}

/// Reads places, levels and the ledger of movements.
#[cfg_attr(any(test, feature = "mocks"), mockall::automock)]
#[async_trait]
pub trait Stock: Send + Sync {
    /// All places, the older ones first; there are no more than [`Location::MOST`].
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn locations(&self) -> Result<Vec<Location>, PortError>;

    /// The levels of a product, one for each place, in the order of [`Self::locations`]; at this place only,
    /// if one is named. `None` if there is no such product.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn levels(
        &self,
        product: ProductId,
        at: Option<LocationCode>,
    ) -> Result<Option<Vec<StockLevel>>, PortError>;

    /// What an order holds, and the levels of products at places where they ever were: both at one moment.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn standing(&self, order: OrderId, products: &[ProductId]) -> Result<Standing, PortError>;

    /// Some of the movements of a product after one, ascending; `None` if there is no such product. Whoever
    /// has seen a movement never finds an earlier one afterwards that was not there.
    ///
    /// # Errors
    ///
    /// [`PortError`].
    async fn movements(
        &self,
        product: ProductId,
        after: Option<MovementId>,
        limit: PageLimit,
    ) -> Result<Option<Vec<Movement>>, PortError>;
}
