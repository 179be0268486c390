//! Whether a proxy stands before the server.

use actix_web::{HttpRequest, dev::ServiceRequest};

/// The mark of a server that only a proxy reaches, so that what proxies write into headers is true.
#[derive(Debug, Clone, Copy)]
pub struct BehindProxy;

impl BehindProxy {
    /// Whether the server that has the request is one.
    #[must_use]
    pub fn has(request: &HttpRequest) -> bool {
        request.app_data::<Self>().is_some()
    }

    /// The same, before a handler has the request.
    #[must_use]
    pub fn is_before(request: &ServiceRequest) -> bool {
        request.app_data::<Self>().is_some()
    }
}
