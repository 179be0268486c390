//! A server whose certificate nobody vouches for learns nothing.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use orders_adapters::outbound::mail::{SmtpMailer, Templates};
use orders_domain::delivery::{Verdict, ports::Mailer};
use rustls::{ServerConfig, ServerConnection, pki_types::PrivateKeyDer};

use crate::notices::{letters, notice};

fn tls() -> ServerConnection {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    ServerConnection::new(Arc::new(config)).unwrap()
}

/// Offers STARTTLS, tries it, and gives what it was told in plain text and by TLS.
fn converse(mut stream: TcpStream) -> (Vec<String>, Vec<String>) {
    let mut said = Vec::new();
    stream.write_all(b"220 server.example\r\n").unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        said.push(line.clone());
        if line.starts_with("EHLO") {
            stream.write_all(b"250-server.example\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n").unwrap();
        } else if line == "STARTTLS" {
            stream.write_all(b"220 go on\r\n").unwrap();
            break;
        }
    }
    let mut tls = tls();
    let secret =
        BufReader::new(rustls::Stream::new(&mut tls, &mut stream)).lines().map_while(Result::ok).collect();
    (said, secret)
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_told_no_password_and_no_mail() {
    for url in ["smtp://me:s3cret@127.0.0.1:PORT?tls=required", "smtp://me:s3cret@127.0.0.1:PORT"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = url.replace("PORT", &listener.local_addr().unwrap().port().to_string());
        let server = thread::spawn(move || converse(listener.accept().unwrap().0));
        let mailer = SmtpMailer::new(&url, letters(Templates::compiled_in().unwrap())).unwrap();
        let outcome = mailer.send(&notice("customer@mail.example")).await;
        assert_eq!(outcome.verdict, Verdict::Again { retry_after: None, overloaded: false });
        let error = outcome.attempt.unwrap().error;
        assert_eq!(error.as_deref(), Some("TLS: the certificate is not trusted"));
        let (said, secret) = server.join().unwrap();
        assert!(said.len() == 2 && said[0].starts_with("EHLO") && said[1] == "STARTTLS", "{said:?}");
        assert_eq!(secret, Vec::<String>::new());
    }
}
