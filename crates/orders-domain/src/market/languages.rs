//! In which languages somebody reads.

use std::sync::Arc;

use super::locale::Locale;

/// The languages that somebody reads, the best first, with all that stand in for them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Languages {
    best: Option<Locale>,
    chain: Arc<[Locale]>,
}

impl Languages {
    /// How many languages count: who names more reads the first ones.
    pub const MOST: usize = 16;

    /// These, the best first. Each comes with its parents in front of the next one (RFC 4647, 3.4, with the
    /// parents of CLDR in place of tags cut short).
    #[must_use]
    pub fn of(wanted: &[Locale]) -> Self {
        let mut chain = Vec::new();
        for locale in wanted.iter().take(Self::MOST).flat_map(Locale::with_parents) {
            if !chain.contains(&locale) {
                chain.push(locale);
            }
        }
        Self { best: wanted.first().cloned(), chain: chain.into() }
    }

    /// The best, if they have said any.
    #[must_use]
    pub fn best(&self) -> Option<&Locale> {
        self.best.as_ref()
    }

    /// All of them in order, each once.
    #[must_use]
    pub fn chain(&self) -> &[Locale] {
        &self.chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_comes_with_its_parents_before_the_next_one() {
        let wanted = ["de-AT", "en-AU", "de-CH"].map(|tag| tag.parse().unwrap());
        let languages = Languages::of(&wanted);
        let chain: Vec<_> = languages.chain().iter().map(Locale::as_str).collect();
        assert_eq!(chain, ["de-AT", "de", "en-AU", "en-001", "en", "de-CH"]);
        assert_eq!(languages.best().map(Locale::as_str), Some("de-AT"));
        assert_eq!(Languages::of(&[]), Languages::default());
    }
}
