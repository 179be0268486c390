//! Where a webhook's events go.

use crate::{
    invalid::{InvalidInput, is_visible_ascii},
    quoted::Quoted,
};

/// Where a webhook's events go: an absolute URL of HTTP in visible ASCII. To which addresses one may lead is the
/// sender's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(Box<str>);

impl WebhookUrl {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 2000;

    /// Takes a text that looks like one.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] otherwise.
    pub fn parse(text: &str) -> Result<Self, InvalidInput> {
        let is_http = text.starts_with("https://") || text.starts_with("http://");
        if is_http && is_visible_ascii(text.as_bytes(), Self::MAX_CHARS) {
            return Ok(Self(text.into()));
        }
        let reason = format!(
            "{} is not a URL of https with at most {} visible characters",
            Quoted(text),
            Self::MAX_CHARS
        );
        Err(InvalidInput::new("url", reason))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: what may be shown to those who may not know the rest, which may be a secret.
    #[must_use]
    pub fn origin(&self) -> &str {
        let start = self.0.find("://").map_or(0, |at| at + 3);
        let end = self.0[start..].find(['/', '?', '#']).map_or(self.0.len(), |at| start + at);
        &self.0[..end]
    }
}
