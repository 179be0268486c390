//! From where an order comes, by its columns.

use orders_domain::{ExternalId, Imported, InvalidInput};

use super::moment;

/// What is kept of an order that was placed in another system.
pub fn imported(
    external_id: Option<&str>,
    placed_at: Option<i64>,
) -> Result<Option<Box<Imported>>, InvalidInput> {
    match (external_id, placed_at) {
        (None, None) => Ok(None),
        (Some(name), Some(at)) => {
            Ok(Some(Box::new(Imported { external_id: ExternalId::parse(name)?, placed_at: moment(at)? })))
        }
        _ => Err(InvalidInput::new("externalId", "is stored by halves")),
    }
}
