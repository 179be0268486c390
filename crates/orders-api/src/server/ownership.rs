//! The guard before every route with an `{id}` of an order.

use std::str::FromStr;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use futures_util::future::LocalBoxFuture;
use orders_domain::{InvalidInput, OrderId, OrderService, OwnedOrder};

use crate::{
    http::{error::ApiError, etag},
    server::auth::CurrentUser,
};

/// The order that the path names, if the asker may do with it what the route does; to be changed only at the versions that
/// `If-Match` names.
#[derive(Debug)]
pub struct Owned(pub OwnedOrder);

impl FromRequest for Owned {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let CurrentUser { user, use_case } = CurrentUser::of(&request)?;
            let id: OrderId = segment_id(&request)?;
            let service = request.app_data::<Data<OrderService>>().ok_or(ApiError::Internal(None))?;
            let order = service.owned(user, use_case, id).await?;
            Ok(Self(order.only_if(etag::if_match(request.headers())?)))
        })
    }
}

/// The id in the second segment of the path (`/orders/{id}…`, `/products/{id}`) as it was sent: the
/// router's own segments are percent-decoded, and `%31` is no spelling of 1.
///
/// # Errors
///
/// 400 for any but the canonical spelling.
pub fn segment_id<Id: FromStr<Err = InvalidInput>>(request: &HttpRequest) -> Result<Id, ApiError> {
    segment(request, 2)
}

/// The segment of the path at this place, from 1, as it was sent.
///
/// # Errors
///
/// 400 for what is no spelling of such a thing.
pub fn segment<T: FromStr<Err = InvalidInput>>(request: &HttpRequest, place: usize) -> Result<T, ApiError> {
    Ok(request.uri().path().split('/').nth(place).unwrap_or_default().parse()?)
}
