//! One try at sending something.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The beginning of what a receiver answered: at most [`Self::MAX_BYTES`], in UTF-8, without control characters but
/// line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(Box<str>);

impl Excerpt {
    /// The most bytes.
    pub const MAX_BYTES: usize = 1024;

    /// The beginning of these bytes, whatever they are; `None` of nothing.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(Self::MAX_BYTES)]);
        let shown: String = text.chars().filter(|one| !one.is_control() || "\n\r\t".contains(*one)).collect();
        let mut end = shown.len().min(Self::MAX_BYTES);
        while !shown.is_char_boundary(end) {
            end -= 1;
        }
        (end > 0).then(|| Self(shown[..end].into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One try at sending something, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began, in whole milliseconds.
    pub at: DateTime<Utc>,
    /// How long it took.
    pub took: Duration,
    /// The status that was answered: of HTTP, or of SMTP.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub body: Option<Excerpt>,
    /// Why there is no answer, or why it is not one that counts: in words of this program.
    pub error: Option<String>,
}

impl Attempt {
    /// How long it took, in whole milliseconds.
    #[must_use]
    pub fn millis(&self) -> i64 {
        i64::try_from(self.took.as_millis()).unwrap_or(i64::MAX)
    }
}

/// What an attempt means for what was to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It has arrived.
    Done,
    /// It may arrive another time, but not before the receiver wants it, if that was said. What a receiver cannot
    /// bear holds for all that is sent to it.
    Again {
        /// For how long the receiver wants to be left alone.
        retry_after: Option<Duration>,
        /// Whether it is too much for the receiver as a whole.
        overloaded: bool,
    },
    /// It never will.
    Never,
    /// The receiver wants nothing any more.
    Gone,
    /// There is nothing to send, for a reason that is no failure, such as that nobody is to get it.
    Skipped,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What is logged of it; `None` when nothing was tried.
    pub attempt: Option<Attempt>,
    /// What it means.
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_text_of_a_kilobyte_at_most_whatever_was_sent() {
        assert_eq!(Excerpt::of(b""), None);
        assert_eq!(Excerpt::of(b"\0\x1b"), None);
        assert_eq!(Excerpt::of(b"ok\n\x1b[31m").unwrap().as_str(), "ok\n[31m");
        let wide = "é".repeat(1000);
        let excerpt = Excerpt::of(wide.as_bytes()).unwrap();
        assert!(excerpt.as_str().len() <= Excerpt::MAX_BYTES && excerpt.as_str().starts_with('é'));
        // Each bad byte becomes three good ones.
        assert!(Excerpt::of(&[0xff; 5000]).unwrap().as_str().len() <= Excerpt::MAX_BYTES);
    }
}
