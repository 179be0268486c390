//! What stands before each route: its name for the metrics, who is asking, and the rate limit.

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web::Data,
};

use crate::{
    auth::{Auth, CurrentUser},
    error::ApiError,
    rate_limit::{Asker, RateLimit},
};

/// Who may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, without limit: what operators and documents need.
    Open,
    /// Anyone, within the rate limit.
    Anyone,
    /// An authenticated user, within the rate limit.
    User,
}

/// A route as metrics and logs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RouteName(pub &'static str);

/// Names the route, finds out who is asking and how often they do, and lets them in or not.
///
/// # Errors
///
/// None of its own: a refusal is a response, so that everything around it treats it as one.
pub async fn gate(
    name: RouteName,
    access: Access,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    request.extensions_mut().insert(name);
    if access == Access::Open {
        return next.call(request).await;
    }
    let mut response = match admit(access, &request).await {
        Ok(()) => next.call(request).await?,
        Err(error) => {
            let response = error.error_response();
            request.into_response(response)
        }
    };
    if response.status() == StatusCode::UNAUTHORIZED
        && let Some(auth) = response.request().app_data::<Data<Auth>>()
    {
        let challenge = auth.challenge();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(response)
}

async fn admit(access: Access, request: &ServiceRequest) -> Result<(), ApiError> {
    let user = match access {
        Access::User => {
            let auth = request.app_data::<Data<Auth>>().ok_or(ApiError::Internal(None))?;
            Some(auth.resolve(request).await)
        }
        Access::Open | Access::Anyone => None,
    };
    if let Some(limit) = request.app_data::<Data<RateLimit>>() {
        let asker = match &user {
            Some(Ok(user)) => Some(Asker::User(user.id())),
            _ => limit.address_of(request).map(Asker::Address),
        };
        asker.map_or(Ok(()), |asker| limit.check(asker))?;
    }
    if let Some(user) = user.transpose()? {
        request.extensions_mut().insert(CurrentUser(user));
    }
    Ok(())
}
