//! How many take the feed as a stream at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{HttpRequest, web::Data};

use crate::http::error::ApiError;

/// How many clients may at once.
const MAX_STREAMS: usize = 1000;

/// Those who do.
#[derive(Debug, Clone, Default)]
pub struct Streams(Arc<AtomicUsize>);

/// A place among them, until it is dropped.
#[derive(Debug)]
pub struct Seat(Arc<AtomicUsize>);

impl Seat {
    /// A place for whoever has sent the request.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyStreams`].
    pub fn take(request: &HttpRequest) -> Result<Self, ApiError> {
        let streams = request.app_data::<Data<Streams>>().ok_or(ApiError::Internal(None))?;
        streams.take().ok_or(ApiError::TooManyStreams)
    }
}

impl Streams {
    fn take(&self) -> Option<Seat> {
        let seat = Seat(Arc::clone(&self.0));
        // One too many is given back by the drop.
        (self.0.fetch_add(1, Ordering::Relaxed) < MAX_STREAMS).then_some(seat)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_its_client_has_left() {
        let streams = Streams::default();
        let mut seats: Vec<_> = (0..MAX_STREAMS).map(|_| streams.take().unwrap()).collect();
        assert!(streams.take().is_none());
        seats.pop();
        assert!(streams.take().is_some());
    }
}
