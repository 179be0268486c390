//! From what somebody asks for to products at their present prices.

use super::OrderService;
use crate::{
    catalogue::Product,
    failure::PortError,
    id::ProductId,
    identity::{Ownership, UseCase, User},
    order::{
        error::{LineFault, LinePart, OrderError},
        line::Quantity,
    },
};

/// A line as somebody asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestedLine {
    /// Its place in the request, from 0, for messages.
    pub index: usize,
    /// Which product.
    pub product: ProductId,
    /// How many pieces.
    pub quantity: Quantity,
}

impl OrderService {
    /// What is wrong with these lines beyond what each says of itself: for a caller that has
    /// found faults already and wants to report them all at once.
    ///
    /// # Errors
    ///
    /// [`OrderError::MissingScope`], [`OrderError::Unavailable`].
    pub async fn faults(&self, asker: User, lines: &[RequestedLine]) -> Result<Vec<LineFault>, OrderError> {
        UseCase::Place.check(asker, Ownership::Own)?;
        Ok(self.pick(lines).await?.err().unwrap_or_default())
    }

    pub(super) async fn pick(
        &self,
        lines: &[RequestedLine],
    ) -> Result<Result<Vec<(Product, Quantity)>, Vec<LineFault>>, PortError> {
        let (merged, mut faults) = merge(lines);
        let ids: Vec<_> = merged.iter().map(|line| line.product).collect();
        let products = self.inventory.find(&ids).await?;
        if products.len() != ids.len() {
            return Err(PortError::Corrupt("the inventory answered about other products".into()));
        }
        let mut picked = Vec::with_capacity(merged.len());
        for (line, product) in merged.iter().zip(products) {
            match product {
                Some(product) => picked.push((product, line.quantity)),
                None => faults
                    .push(LineFault { part: LinePart::Product(line.index), reason: line.product.unknown() }),
            }
        }
        Ok(if faults.is_empty() { Ok(picked) } else { Err(faults) })
    }

    /// All products, ascending by id.
    ///
    /// # Errors
    ///
    /// [`OrderError::Unavailable`].
    pub async fn products(&self) -> Result<Vec<Product>, OrderError> {
        Ok(self.inventory.all().await?)
    }

    /// The product with this number.
    ///
    /// # Errors
    ///
    /// [`OrderError::UnknownProduct`], [`OrderError::Unavailable`].
    pub async fn product(&self, id: ProductId) -> Result<Product, OrderError> {
        let found = self.inventory.find(&[id]).await?;
        found.into_iter().next().flatten().ok_or_else(|| OrderError::UnknownProduct(id.unknown()))
    }
}

/// One line a product, in the order of first appearance; a line that would take the merged
/// quantity past its limit is a fault.
fn merge(lines: &[RequestedLine]) -> (Vec<RequestedLine>, Vec<LineFault>) {
    let mut merged: Vec<RequestedLine> = Vec::with_capacity(lines.len());
    let mut faults = Vec::new();
    for line in lines {
        match merged.iter_mut().find(|other| other.product == line.product) {
            None => merged.push(*line),
            Some(other) => match other.quantity.plus(line.quantity) {
                Ok(sum) => other.quantity = sum,
                Err(reason) => {
                    faults.push(LineFault { part: LinePart::Quantity(line.index), reason });
                }
            },
        }
    }
    (merged, faults)
}
