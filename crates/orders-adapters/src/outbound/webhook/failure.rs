//! Why there is no answer, in words that tell an outsider nothing of the inside.

use std::{error::Error, io, time::Duration};

use rustls::{CertificateError, Error as TlsError};

use crate::outbound::address::Unresolved;

/// What is logged of a failure.
pub fn said(error: &reqwest::Error, patience: Duration) -> String {
    if let Some(unresolved) = cause::<Unresolved>(error) {
        return unresolved.to_string();
    }
    if let Some(error) = cause::<TlsError>(error) {
        return format!("TLS: {}", of_tls(error));
    }
    if error.is_connect() {
        return "could not connect".to_owned();
    }
    if error.is_timeout() {
        return format!("no answer within {} s", patience.as_secs_f64());
    }
    "the connection ended without an answer".to_owned()
}

fn of_tls(error: &TlsError) -> &'static str {
    match error {
        TlsError::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the certificate has expired"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "the certificate is of another name"
            }
            CertificateError::Revoked => "the certificate was revoked",
            _ => "the certificate is not trusted",
        },
        TlsError::InvalidMessage(_) => "the receiver does not speak it",
        _ => "it was not agreed upon",
    }
}

/// The first cause of this kind.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error| within(*error)).find_map(|error| error.downcast_ref())
}

/// What is in an error; the source of an I/O error would be that of the one in it.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(within) => Some(within),
        None => error.source(),
    }
}
