//! The ledger of movements as newline-delimited JSON: all there is, one movement a line.
//!
//! The answer is made page by page, each when the client has taken the one before, so it takes the same
//! memory for any number of movements.

use std::{convert::Infallible, sync::Arc};

use actix_web::{HttpResponse, HttpResponseBuilder, web::Bytes};
use futures_util::{StreamExt, stream};
use orders_domain::{KeepingError, KeepingService, MovementId, PageLimit, ProductId, User, stock::Movement};

use super::body::MovementBody;
use crate::http::{
    accept::Media,
    streaming::{self, broken_off},
};

/// Every movement of a product, from after an id on.
///
/// # Errors
///
/// As [`KeepingService::movements`], of the first page.
pub async fn lines(
    service: Arc<KeepingService>,
    user: User,
    product: ProductId,
    after: Option<MovementId>,
) -> Result<HttpResponse, KeepingError> {
    let (first, more) = service.movements(user, product, after, PageLimit::MAX).await?;
    let next = first.last().filter(|_| more).map(|last| last.id);
    let rest = stream::unfold(next, move |after| {
        let service = Arc::clone(&service);
        async move {
            let after = after?;
            match service.movements(user, product, Some(after), PageLimit::MAX).await {
                Ok((movements, more)) => {
                    let next = movements.last().filter(|_| more).map(|last| last.id);
                    Some((Ok(written(&movements)?), next))
                }
                Err(error) => Some((Err(broken_off("movements", error)), None)),
            }
        }
    });
    Ok(head().streaming(stream::iter(written(&first).map(Ok)).chain(rest)))
}

/// Movements a line each; `None` without any, for an empty piece would end the body.
fn written(movements: &[Movement]) -> Option<Bytes> {
    let mut lines = Vec::with_capacity(movements.len() * 256);
    for movement in movements {
        // Into memory it cannot fail.
        let _ = serde_json::to_writer(&mut lines, &MovementBody::from(movement));
        lines.push(b'\n');
    }
    (!lines.is_empty()).then(|| lines.into())
}

/// The head of such an answer alone, for HEAD.
pub fn head_alone() -> HttpResponse {
    head().streaming(stream::empty::<Result<Bytes, Infallible>>())
}

fn head() -> HttpResponseBuilder {
    streaming::head(Media::NdJson, "accept")
}
