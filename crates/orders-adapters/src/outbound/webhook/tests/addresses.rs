//! Nobody inside is reached, however the address is written and whatever its name becomes.

use std::{collections::VecDeque, io, sync::Mutex};

use tokio::io::AsyncWriteExt;

use super::*;

const OUTSIDE: &str = "127.77.0.1";

/// Listeners on inner addresses at one port, and one that plays the outside at the same.
struct Machine {
    outside: Receiver,
    inside: Vec<Receiver>,
}

impl Machine {
    async fn start() -> Self {
        loop {
            let outside = Self::listen(&format!("{OUTSIDE}:0")).await.unwrap();
            let port = outside.port();
            let mut inside = Vec::new();
            for address in ["127.0.0.1", "127.9.8.7"] {
                inside.push(Self::listen(&format!("{address}:{port}")).await);
            }
            if let Ok(mut inside) = inside.into_iter().collect::<io::Result<Vec<_>>>() {
                inside.extend(Self::listen(&format!("[::1]:{port}")).await);
                return Self { outside, inside };
            }
        }
    }

    async fn listen(address: &str) -> io::Result<Receiver> {
        Receiver::at(address, |mut stream, came| async move {
            if let Some(request) = receiver::read(&mut stream).await {
                came.lock().unwrap().push(request);
            }
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        })
        .await
    }

    /// One that may send to the outside only, and to any of its ports.
    fn sender(&self, lookup: Arc<dyn Lookup>) -> HttpWebhooks {
        let allow_nets = vec![format!("{OUTSIDE}/32").parse().unwrap()];
        let destinations = Destinations { allow_http: true, ports: vec![self.outside.port()], allow_nets };
        HttpWebhooks::with(Vault::from_base64(KEY).unwrap(), destinations, lookup, LONG).unwrap()
    }

    fn inner_connections(&self) -> usize {
        self.inside.iter().map(Receiver::connections).sum()
    }
}

/// Names whose addresses change with each look-up; the last ones stay.
#[derive(Default)]
struct Changing(Mutex<VecDeque<Vec<IpAddr>>>);

impl Changing {
    fn of(addresses: &[&[&str]]) -> Arc<Self> {
        let parsed = |all: &&[&str]| all.iter().map(|one| one.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(addresses.iter().map(parsed).collect())))
    }
}

#[async_trait]
impl Lookup for Changing {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut left = self.0.lock().unwrap();
        if left.len() > 1 { Ok(left.pop_front().unwrap()) } else { Ok(left[0].clone()) }
    }
}

#[tokio::test]
async fn no_spelling_of_an_inner_address_is_connected_to() {
    let machine = Machine::start().await;
    let (sender, port) = (machine.sender(Arc::new(SystemLookup)), machine.outside.port());
    let hosts = spellings::all();
    assert!(hosts.len() >= 200, "{} spellings", hosts.len());
    for host in hosts {
        let url = format!("http://{host}:{port}/in");
        assert!(sender.admit(&url).is_err(), "{url} is admitted");
        // As if it had been given before it was looked at so.
        let outcome = sender.send(&endpoint(&sender, &url), &message()).await;
        assert_eq!(logged(&outcome), (None, Some("the address is not allowed")), "{url}");
        assert_eq!(outcome.verdict, AGAIN);
    }
    assert_eq!((machine.inner_connections(), machine.outside.connections()), (0, 0));
    // The listeners do listen.
    for receiver in &machine.inside[..2] {
        tokio::net::TcpStream::connect(receiver.url()[7..].trim_end_matches("/in")).await.unwrap();
    }
}

#[tokio::test]
async fn a_name_that_turns_inwards_between_two_looks_leads_nowhere() {
    let machine = Machine::start().await;
    let port = machine.outside.port();
    let inner = [
        "127.0.0.1",
        "127.9.8.7",
        "0.0.0.0",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::1",
        "2001:0:7f00:1::1",
        "fe80::1",
        "fd00::1",
        "224.0.0.1",
        "255.255.255.255",
    ];
    for (count, inner) in inner.into_iter().enumerate() {
        // Outside when it is looked at first, then inside, then both in one answer.
        let lookup = Changing::of(&[&[OUTSIDE], &[inner], &[inner, "127.0.0.1"], &[inner, OUTSIDE]]);
        let sender = machine.sender(lookup);
        let to = endpoint(&sender, &format!("http://turning.example:{port}/in"));
        assert!(sender.admit(to.url.as_str()).is_ok());
        let mut said = Vec::new();
        for _ in 0..4 {
            let outcome = sender.send(&to, &message()).await;
            said.push(logged(&outcome).1.map(str::to_owned));
        }
        let refused = Some("the address is not allowed".to_owned());
        assert_eq!(said, [None, refused.clone(), refused, None], "{inner}");
        assert_eq!(machine.outside.connections(), 2 * (count + 1), "{inner}");
    }
    assert_eq!(machine.inner_connections(), 0);
}

#[tokio::test]
async fn the_names_of_this_machine_lead_nowhere() {
    let machine = Machine::start().await;
    let (sender, port) = (machine.sender(Arc::new(SystemLookup)), machine.outside.port());
    for name in ["localhost", "LOCALHOST", "localhost.", "loc%61lhost", "ip6-localhost", "a.localhost"] {
        let outcome = sender.send(&endpoint(&sender, &format!("http://{name}:{port}/")), &message()).await;
        let (status, error) = logged(&outcome);
        // Not every machine knows each of them.
        assert!(
            matches!(error, Some("the address is not allowed" | "the name has no address")),
            "{name}: {error:?}"
        );
        assert_eq!((status, outcome.verdict), (None, AGAIN));
    }
    assert_eq!(machine.inner_connections(), 0);
}

#[tokio::test]
async fn a_name_without_an_address_is_said() {
    let machine = Machine::start().await;
    let sender = machine.sender(Changing::of(&[&[]]));
    let to = endpoint(&sender, &format!("http://nowhere.example:{}/", machine.outside.port()));
    let outcome = sender.send(&to, &message()).await;
    assert_eq!(logged(&outcome), (None, Some("the name has no address")));
}
