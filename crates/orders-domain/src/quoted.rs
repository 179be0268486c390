//! What somebody sent, as messages may say it again.

use std::fmt::{self, Write};

/// A text of somebody else's for a message: in quotes, with what cannot be seen escaped, and cut
/// after [`Self::MAX`] characters, so that no message grows with what was sent.
#[derive(Debug, Clone, Copy)]
pub struct Quoted<T>(pub T);

impl<T> Quoted<T> {
    /// The most characters of a text that a message says again.
    pub const MAX: usize = 256;
}

impl<T: AsRef<str>> fmt::Display for Quoted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_ref();
        match text.char_indices().nth(Self::MAX) {
            None => write!(f, "{text:?}"),
            Some((end, _)) => {
                write!(f, "{:?}", &text[..end])?;
                f.write_char('…')
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_said_whole_and_a_long_one_is_cut() {
        assert_eq!(Quoted("a\"b\n").to_string(), r#""a\"b\n""#);
        let long = "é".repeat(300);
        assert_eq!(Quoted(&long).to_string(), format!("\"{}\"…", "é".repeat(256)));
        assert_eq!(Quoted("x".repeat(256)).to_string().len(), 258);
    }
}
