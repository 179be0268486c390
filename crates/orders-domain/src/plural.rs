//! Numbers in sentences.

use std::fmt;

/// So many of something: `1 piece`, `2 pieces`.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a>(pub i64, pub &'a str);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, what) = self;
        write!(f, "{count} {what}{}", if *count == 1 { "" } else { "s" })
    }
}

/// What so many of them do: `is`, `are`.
#[derive(Debug, Clone, Copy)]
pub struct Are(pub i64);

impl fmt::Display for Are {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 == 1 { "is" } else { "are" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_all_others_are_many() {
        let said = |count| format!("{} {} there", Counted(count, "piece"), Are(count));
        assert_eq!([0, 1, 2].map(said), ["0 pieces are there", "1 piece is there", "2 pieces are there"]);
    }
}
