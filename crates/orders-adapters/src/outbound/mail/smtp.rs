//! Mails by SMTP (RFC 5321).

use std::{fmt, time::Duration};

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    transport::smtp::{
        Error, PoolConfig,
        client::{Tls, TlsParameters},
    },
};
use orders_domain::delivery::{Outcome, Verdict, endpoint::Notice, ports::Mailer};
use tokio::time::timeout;
use url::{Host, Url};

use super::letter::{AGAIN, Delivered, Letters};
use crate::outbound::tls;

/// What a server answers once it has taken a mail (RFC 5321, 4.2.3).
const TAKEN: u16 = 250;

/// What is wrong with `SMTP_URL`. It never says what was given: a password is in it.
#[derive(Debug, thiserror::Error)]
#[error("SMTP_URL {0}")]
pub struct SmtpUrlError(&'static str);

/// Sends mails through one server.
///
/// | `SMTP_URL` | how |
/// |---|---|
/// | `smtps://user:password@host` | TLS from the first byte (RFC 8314), port 465 |
/// | `smtp://user:password@host` | STARTTLS (RFC 3207), and nothing without it, port 587 |
/// | `smtp://host` | STARTTLS if the server offers it, port 587 |
/// | `…?tls=required`, `…?tls=opportunistic`, `…?tls=none` | as it says, for `smtp` |
///
/// On this machine's own address nothing is required, as nobody is between.
pub struct SmtpMailer {
    letters: Letters,
    /// `None` once it is dropped.
    transport: Option<AsyncSmtpTransport<Tokio1Executor>>,
    patience: Duration,
}

/// Its connections are closed by a task of their own. Where no runtime is left to run one, the process ends, and they
/// with it.
impl Drop for SmtpMailer {
    fn drop(&mut self) {
        let transport = self.transport.take();
        if tokio::runtime::Handle::try_current().is_err() {
            std::mem::forget(transport);
        }
    }
}

impl SmtpMailer {
    /// How long sending a mail may take.
    pub const PATIENCE: Duration = Duration::from_secs(15);

    /// Sends through the server of this URL. Nobody is asked yet.
    ///
    /// # Errors
    ///
    /// [`SmtpUrlError`].
    pub fn new(url: &str, letters: Letters) -> Result<Self, SmtpUrlError> {
        Self::with_patience(url, letters, Self::PATIENCE)
    }

    /// The same with another patience.
    ///
    /// # Errors
    ///
    /// As [`Self::new`].
    pub fn with_patience(url: &str, letters: Letters, patience: Duration) -> Result<Self, SmtpUrlError> {
        let mut parsed = Url::parse(url).map_err(|_| SmtpUrlError(FORM))?;
        let tls = security(&parsed)?;
        parsed.set_query(None);
        // Each mail has a connection of its own: of one that was left in the middle, as when an answer took too long,
        // what is said next would be an answer to the mail before.
        let pool = PoolConfig::new().max_size(0);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(parsed.as_str())
            .map_err(|_| SmtpUrlError(FORM))?
            .tls(tls)
            .timeout(Some(patience))
            .pool_config(pool)
            .build();
        Ok(Self { letters, transport: Some(transport), patience })
    }

    async fn deliver(&self, mail: Message) -> Delivered {
        let to_wide = !mail.envelope().to().iter().all(|to| to.to_string().is_ascii());
        let no_answer = || (None, Some(no_answer(self.patience)), AGAIN);
        let (status, error, verdict) = match &self.transport {
            Some(transport) => match timeout(self.patience, transport.send(mail)).await {
                Ok(Ok(response)) if response.has_code(TAKEN) => (Some(TAKEN), None, Verdict::Done),
                Ok(Ok(response)) => {
                    (Some(response.code().into()), Some("the answer makes no sense".to_owned()), AGAIN)
                }
                Ok(Err(error)) => {
                    let (said, verdict) = meaning(&error, to_wide, self.patience);
                    (error.status().map(u16::from), Some(said), verdict)
                }
                Err(_) => no_answer(),
            },
            None => no_answer(),
        };
        Delivered { status, error, verdict }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, notice: &Notice) -> Outcome {
        self.letters.send(notice, |mail| self.deliver(mail)).await
    }
}

/// Nothing of it: the transport knows user and password.
impl fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpMailer(..)")
    }
}

const FORM: &str = "is not of the form smtp://user:password@host:587 or smtps://user:password@host:465";

fn security(url: &Url) -> Result<Tls, SmtpUrlError> {
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or(SmtpUrlError(FORM))?;
    let parameters = || {
        let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        TlsParameters::new(name).map_err(|_| SmtpUrlError("names a host for which TLS cannot be set up"))
    };
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // This scheme's hosts are not parsed any further.
        Some(Host::Domain(name)) => name == "localhost" || name == "127.0.0.1",
        None => false,
    };
    let is_secret = !url.username().is_empty() || url.password().is_some();
    match (url.scheme(), url.query()) {
        ("smtps", None) => parameters().map(Tls::Wrapper),
        ("smtp", Some("tls=required")) => parameters().map(Tls::Required),
        ("smtp", None) if is_secret && !is_here => parameters().map(Tls::Required),
        ("smtp", None | Some("tls=opportunistic")) => parameters().map(Tls::Opportunistic),
        ("smtp", Some("tls=none")) => Ok(Tls::None),
        ("smtp" | "smtps", _) => Err(SmtpUrlError(
            "says more than tls=required, tls=opportunistic or tls=none, of smtp, after its host",
        )),
        _ => Err(SmtpUrlError(FORM)),
    }
}

/// What a failure means, in words of this program: those of servers repeat addresses.
fn meaning(error: &Error, to_wide: bool, patience: Duration) -> (String, Verdict) {
    // RFC 4954, 6: about us and not about the mail, so that it can become better.
    let about_login = matches!(error.status().map(u16::from), Some(530 | 534 | 535 | 538));
    let (said, verdict) = if about_login {
        ("the mail server refuses the user or password", AGAIN)
    } else if error.is_permanent() {
        ("the mail server refuses it", Verdict::Never)
    } else if error.is_transient() {
        ("the mail server refuses it for now", AGAIN)
    } else if error.is_timeout() {
        return (no_answer(patience), AGAIN);
    } else if let Some(said) = tls::said(error) {
        return (said, AGAIN);
    } else if error.is_tls() {
        ("TLS: it was not agreed upon", AGAIN)
    } else if error.is_client() && to_wide {
        ("the mail server cannot carry an address that is not ASCII", Verdict::Never)
    } else if error.is_response() || error.is_client() {
        ("the mail server does not speak as it should", AGAIN)
    } else {
        ("could not connect, or the connection ended", AGAIN)
    };
    (said.to_owned(), verdict)
}

fn no_answer(patience: Duration) -> String {
    format!("no answer within {} s", patience.as_secs_f64())
}
