//! Mails on a screen, for development.

use std::{
    io::{self, Write},
    sync::{Mutex, PoisonError},
};

use async_trait::async_trait;
use lettre::Message;
use orders_domain::delivery::{Outcome, Verdict, endpoint::Notice, ports::Mailer};

use super::letter::{AGAIN, Delivered, Letters};

/// Writes mails, with all their headers, to where they can be read by who runs the program.
pub struct PrintMailer<W> {
    letters: Letters,
    out: Mutex<W>,
}

impl PrintMailer<io::Stdout> {
    /// On stdout.
    #[must_use]
    pub fn stdout(letters: Letters) -> Self {
        Self::to(letters, io::stdout())
    }
}

impl<W: Write + Send> PrintMailer<W> {
    /// To any writer.
    #[must_use]
    pub fn to(letters: Letters, out: W) -> Self {
        Self { letters, out: Mutex::new(out) }
    }

    fn print(&self, mail: &[u8]) -> io::Result<()> {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(mail)?;
        out.write_all(b"\r\n")?;
        out.flush()
    }
}

#[async_trait]
impl<W: Write + Send> Mailer for PrintMailer<W> {
    async fn send(&self, notice: &Notice) -> Outcome {
        let print = async |mail: Message| {
            let (error, verdict) = match self.print(&mail.formatted()) {
                Ok(()) => (None, Verdict::Done),
                Err(_) => (Some("it cannot be printed".to_owned()), AGAIN),
            };
            Delivered { status: None, error, verdict }
        };
        self.letters.send(notice, print).await
    }
}
