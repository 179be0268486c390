//! What is said of TLS that does not come about.

use std::{error::Error, io};

use rustls::{CertificateError, Error as TlsError};

/// What is logged of a failure whose cause is TLS.
pub fn said(error: &(dyn Error + 'static)) -> Option<String> {
    cause::<TlsError>(error).map(|error| format!("TLS: {}", words(error)))
}

fn words(error: &TlsError) -> &'static str {
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
pub fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    std::iter::successors(Some(error), |error| within(*error)).find_map(|error| error.downcast_ref())
}

/// What is in an error; the source of an I/O error would be that of the one in it.
fn within<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(within) => Some(within),
        None => error.source(),
    }
}
