//! Why there is no answer, in words that tell an outsider nothing of the inside.

use std::time::Duration;

use crate::outbound::{
    address::Unresolved,
    tls::{self, cause},
};

/// What is logged of a failure.
pub fn said(error: &reqwest::Error, patience: Duration) -> String {
    if let Some(unresolved) = cause::<Unresolved>(error) {
        return unresolved.to_string();
    }
    if let Some(said) = tls::said(error) {
        return said;
    }
    if error.is_connect() {
        return "could not connect".to_owned();
    }
    if error.is_timeout() {
        return format!("no answer within {} s", patience.as_secs_f64());
    }
    "the connection ended without an answer".to_owned()
}
