//! The parts of requests and answers, whatever they are about.

pub mod accept;
pub mod error;
pub mod etag;
pub mod faults;
pub mod headers;
pub mod idempotency;
pub mod json;
pub mod language;
pub mod members;
pub mod parameters;
pub mod public_url;
pub mod streaming;
pub mod writing;
