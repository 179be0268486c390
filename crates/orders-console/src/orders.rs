//! Orders: the list, one of them, and what is done with it.

use orders_domain::{OrderId, OwnedOrder, UseCase, User};

use crate::http::{failure::Failure, visit::Visit};

pub mod actions;
pub mod find;
mod history;
pub mod list;
pub mod live;
pub mod one;
pub mod parcels;
pub mod plan;
mod shown;

/// The order of the path, if the user may do this with it.
async fn owned(visit: &Visit, user: User, use_case: UseCase) -> Result<OwnedOrder, Failure> {
    let id: OrderId = visit.part("id")?;
    Ok(visit.desk.orders.owned(user, use_case, id).await?)
}
