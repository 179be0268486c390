//! What stands before each route: its name for the metrics, who is asking, and the rate limit.

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web::Data,
};

use orders_domain::{Audience, OrderError, Ownership, UseCase};

use crate::{
    auth::{Auth, CurrentUser, Reader},
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
    /// An authenticated user who may do this, within the rate limit.
    User(UseCase),
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
        && !response.headers().contains_key(header::WWW_AUTHENTICATE)
        && let Some(auth) = response.request().app_data::<Data<Auth>>()
    {
        let challenge = auth.challenge();
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(response)
}

async fn admit(access: Access, request: &ServiceRequest) -> Result<(), ApiError> {
    let asker = match access {
        Access::User(use_case) => {
            let auth = request.app_data::<Data<Auth>>().ok_or(ApiError::Internal(None))?;
            if auth.opens(use_case) {
                request.extensions_mut().insert(Reader(Audience::Anyone));
                None
            } else {
                Some(auth.resolve(request).await.map(|user| CurrentUser { user, use_case }))
            }
        }
        Access::Open | Access::Anyone => None,
    };
    if let Some(limit) = request.app_data::<Data<RateLimit>>() {
        let counted = match &asker {
            Some(Ok(asker)) => Some(Asker::User(asker.user.id())),
            _ => limit.address_of(request).map(Asker::Address),
        };
        counted.map_or(Ok(()), |counted| limit.check(counted))?;
    }
    if let Some(asker) = asker.transpose()? {
        // What is done with one order is for the ownership guard to judge.
        if !asker.use_case.is_of_one_order() {
            asker.use_case.check(asker.user, Ownership::Own).map_err(OrderError::from)?;
        }
        request.extensions_mut().insert(asker);
    }
    Ok(())
}
