//! Answers that are made while they are sent.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{self, HeaderValue},
};

use crate::http::accept::Media;

/// The head of a streaming answer in this form, which goes by these headers of the request.
pub fn head(media: Media, vary: &'static str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static(media.content_type())))
        .insert_header((header::VARY, HeaderValue::from_static(vary)));
    answer
}

/// What ends a stream of these things whose status is sent already: breaking off is how the client
/// learns of it.
pub fn broken_off(things: &str, error: impl std::error::Error + 'static) -> Box<dyn std::error::Error> {
    tracing::error!(error = &error as &dyn std::error::Error, "a stream of {things} broke off");
    error.into()
}
