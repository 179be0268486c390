//! TLS to the database.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::url::{PostgresUrl, Tls};

/// What makes connections secret, as the URL asks for it; `None` for none.
///
/// # Errors
///
/// A sentence, when there are no certificates to trust.
pub fn connector(url: &PostgresUrl) -> Result<Option<MakeRustlsConnect>, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = || {
        ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())
    };
    let config = match url.tls {
        Tls::Disable => return Ok(None),
        Tls::Require => builder()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer::of(&provider)))
            .with_no_client_auth(),
        Tls::VerifyFull => {
            let roots = match &url.root_certificates {
                Some(file) => roots_of(file)?,
                None => system_roots()?,
            };
            builder()?.with_root_certificates(roots).with_no_client_auth()
        }
    };
    Ok(Some(MakeRustlsConnect::new(config)))
}

fn roots_of(file: &Path) -> Result<RootCertStore, String> {
    let fail =
        |reason: String| format!("cannot read the certificates in sslrootcert {}: {reason}", file.display());
    let pem = fs::read(file).map_err(|error| fail(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| fail(error.to_string()))?;
        roots.add(certificate).map_err(|error| fail(error.to_string()))?;
    }
    if roots.is_empty() { Err(fail("there are none".to_owned())) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, String> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("the system trusts no certificates at all: install its ca-certificates, or name a file \
                    with sslrootcert"
            .to_owned());
    }
    Ok(roots)
}

/// A sentence for a failed connection whose cause is the server's certificate.
pub fn advice(reason: &str) -> Option<&'static str> {
    let (_, why) = reason.split_once("invalid peer certificate")?;
    Some(if why.contains("not valid for name") {
        "the server's certificate is for another host than the URL's"
    } else if why.contains("CaUsedAsEndEntity") {
        "the server's certificate is one for issuing others; make it with \
         -addext basicConstraints=critical,CA:FALSE"
    } else {
        "the server's certificate is not trusted; name the file with the certificate of its issuer in \
         the URL: sslrootcert=/path/to/ca.pem"
    })
}

/// Takes any certificate, as `sslmode=require` has it: what is sent is hidden from listeners, but not
/// from somebody who stands in for the server. The handshake itself is checked all the same.
#[derive(Debug)]
struct AnyServer(WebPkiSupportedAlgorithms);

impl AnyServer {
    fn of(provider: &CryptoProvider) -> Self {
        Self(provider.signature_verification_algorithms)
    }
}

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
