//! Which types of events somebody wants.

use std::collections::BTreeSet;

use crate::{
    event::EventType,
    invalid::{InvalidInput, list},
    quoted::Quoted,
};

/// Types of events as they were asked for: each a type, `order.placed`, or with a star all of a kind, `order.*`.
/// What is added to a kind later is meant by its star too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypePatterns(Vec<Box<str>>);

impl TypePatterns {
    /// The most patterns.
    pub const MOST: usize = 64;

    /// The types that a word stands for.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for a word that stands for none.
    pub fn types_of(word: &str) -> Result<Vec<EventType>, InvalidInput> {
        let of_kind =
            |kind: &str| EventType::ALL.into_iter().filter(|known| known.parts().0 == kind).collect();
        match word.strip_suffix(".*").map(of_kind) {
            Some(types) if !Vec::is_empty(&types) => Ok(types),
            _ => Ok(vec![word.parse()?]),
        }
    }

    /// These patterns, each once.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when there is none, there are too many, or one stands for nothing.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidInput> {
        let mut patterns: Vec<Box<str>> = Vec::new();
        for word in words {
            Self::types_of(word)?;
            if patterns.iter().all(|known| **known != *word) {
                patterns.push(word.into());
            }
        }
        match patterns.len() {
            1..=Self::MOST => Ok(Self(patterns)),
            count => Err(Self::refused_count(count)),
        }
    }

    /// What is said of so many patterns, which are too many or none.
    #[must_use]
    pub fn refused_count(count: usize) -> InvalidInput {
        InvalidInput::new("types", format!("are 1 to {}, but {count} were sent", Self::MOST))
    }

    /// The patterns that storage keeps as one text.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for a text that no patterns make.
    pub fn restore(text: &str) -> Result<Self, InvalidInput> {
        Self::parse(text.split(' '))
            .map_err(|_| InvalidInput::new("types", format!("{} are none", Quoted(text))))
    }

    /// The patterns as one text, for storage.
    #[must_use]
    pub fn stored(&self) -> String {
        self.0.join(" ")
    }

    /// Each pattern, as it was asked for.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// All types that they stand for, each once, in the order of the table.
    #[must_use]
    pub fn types(&self) -> Vec<EventType> {
        let meant: BTreeSet<_> = self
            .iter()
            .flat_map(|word| Self::types_of(word).unwrap_or_default())
            .map(|wanted| wanted as usize)
            .collect();
        EventType::ALL.into_iter().filter(|known| meant.contains(&(*known as usize))).collect()
    }
}

/// With commas between them.
impl std::fmt::Display for TypePatterns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&list(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_means_all_of_a_kind() {
        let patterns = TypePatterns::parse(["stock.*", "order.placed", "stock.*"]).unwrap();
        assert_eq!(patterns.iter().collect::<Vec<_>>(), ["stock.*", "order.placed"]);
        let types = patterns.types();
        assert_eq!(types[0], EventType::Placed);
        assert!(types[1..].iter().all(|known| known.parts().0 == "stock") && types.len() > 3);
        assert_eq!(TypePatterns::restore(&patterns.stored()), Ok(patterns));
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_refused() {
        for bad in ["", "*", "order", "order.*x", "orders.*", ".*", "order.gone"] {
            assert!(TypePatterns::parse([bad]).is_err(), "{bad:?}");
        }
        assert!(TypePatterns::parse([]).is_err());
        assert!(TypePatterns::restore("order.placed  order.shipped").is_err());
    }
}
