//! Receivers with certificates of several makers.

use rcgen::{CertifiedKey, KeyPair};
use reqwest::Certificate;
use rustls::{ServerConfig, ServerConnection, pki_types::PrivateKeyDer};
use tokio::io::AsyncWriteExt;

use super::*;

/// A certificate that nobody but itself vouches for.
fn made_for(name: &str) -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap()
}

/// A receiver with this certificate that says yes to everybody.
async fn with_certificate(made: &CertifiedKey<KeyPair>) -> Receiver {
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let config = Arc::new(config);
    Receiver::doing(move |stream| {
        let config = Arc::clone(&config);
        async move {
            let mut stream = stream.into_std().unwrap();
            stream.set_nonblocking(false).unwrap();
            let talk = move || answer(&mut stream, ServerConnection::new(config).unwrap());
            // Who does not trust the certificate hangs up.
            let _: std::io::Result<()> = tokio::task::spawn_blocking(talk).await.unwrap();
        }
    })
    .await
}

fn answer(stream: &mut std::net::TcpStream, mut tls: ServerConnection) -> std::io::Result<()> {
    use std::io::{Read, Write};
    let mut tls = rustls::Stream::new(&mut tls, stream);
    let mut bytes = Vec::new();
    while !bytes.ends_with(&message().body) {
        let mut part = [0; 1024];
        match tls.read(&mut part)? {
            0 => return Ok(()),
            length => bytes.extend_from_slice(&part[..length]),
        }
    }
    tls.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
}

/// Every name is one of this machine.
struct Here;

#[async_trait]
impl Lookup for Here {
    async fn addresses(&self, _: &str) -> std::io::Result<Vec<IpAddr>> {
        Ok(vec![std::net::Ipv4Addr::LOCALHOST.into()])
    }
}

/// What comes of a message to this name at the receiver, by who trusts one certificate.
async fn sent_to(name: &str, receiver: &Receiver, trusted: &CertifiedKey<KeyPair>) -> Outcome {
    let certificate = Certificate::from_der(trusted.cert.der()).unwrap();
    let (vault, destinations) = (Vault::from_base64(KEY).unwrap(), to_ports(&[receiver.port()]));
    let trusting = |builder: ClientBuilder| builder.tls_certs_only([certificate]);
    let sender = HttpWebhooks::built(vault, destinations, Arc::new(Here), LONG, trusting).unwrap();
    sender.send(&endpoint(&sender, &format!("https://{name}:{}/in", receiver.port())), &message()).await
}

#[tokio::test]
async fn the_certificate_is_of_the_name_and_from_somebody_who_is_trusted() {
    let (own, other) = (made_for("hooks.example"), made_for("hooks.example"));
    let receiver = with_certificate(&own).await;
    let outcome = sent_to("hooks.example", &receiver, &own).await;
    assert_eq!((logged(&outcome), outcome.verdict.clone()), ((Some(204), None), Verdict::Done));
    let outcome = sent_to("other.example", &receiver, &own).await;
    assert_eq!(logged(&outcome), (None, Some("TLS: the certificate is of another name")));
    let outcome = sent_to("hooks.example", &receiver, &other).await;
    assert_eq!(
        (logged(&outcome), outcome.verdict.clone()),
        ((None, Some("TLS: the certificate is not trusted")), AGAIN)
    );
}

#[tokio::test]
async fn what_this_machine_does_not_trust_is_not_sent_to() {
    let receiver = with_certificate(&made_for("127.0.0.1")).await;
    let sender = sender(receiver.port(), LONG);
    let url = receiver.url().replace("http:", "https:");
    let outcome = sender.send(&endpoint(&sender, &url), &message()).await;
    assert_eq!(logged(&outcome), (None, Some("TLS: the certificate is not trusted")));
}

#[tokio::test]
async fn a_receiver_without_tls_is_not_one_of_https() {
    let plain = Receiver::doing(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let sender = sender(plain.port(), LONG);
    let url = plain.url().replace("http:", "https:");
    let outcome = sender.send(&endpoint(&sender, &url), &message()).await;
    assert_eq!(logged(&outcome), (None, Some("TLS: the receiver does not speak it")));
}
