//! Languages and their places, and which stands in for which.

use std::{fmt, str::FromStr, sync::Arc};

use icu_locale::{
    DataLocale, LanguageIdentifier, LocaleCanonicalizer, LocaleFallbacker, fallback::LocaleFallbackConfig,
};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// A language, perhaps with a script, a region and variants, by its tag of BCP 47 (RFC 5646) in the one spelling
/// that CLDR gives it: `de-AT`, `zh-Hant-HK`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(Arc<str>);

impl Locale {
    /// The longest tag, in characters (RFC 5646, 4.4.1).
    pub const MAX_CHARS: usize = 35;

    /// The language of the products' own names, where nobody has said otherwise: English.
    #[must_use]
    pub fn english() -> Self {
        Self("en".into())
    }

    /// A tag that was written by [`Self::as_str`]: read for every line of an order, so it is not made canonical once
    /// more.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for what cannot be one.
    pub fn restore(tag: &str) -> Result<Self, InvalidInput> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if (2..=Self::MAX_CHARS).contains(&tag.len()) && tag.bytes().all(is_fine) {
            return Ok(Self(tag.into()));
        }
        Err(InvalidInput::new("locale", format!("{} is no language tag", Quoted(tag))))
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This one and those that stand in for it, the nearest first: its parents by CLDR (UTS #35, 4.1.3), which
    /// are not its tag cut short. `es-AR` leads to `es-419` and `es`, `zh-HK` never to the simplified `zh`.
    #[must_use]
    pub fn with_parents(&self) -> Vec<Self> {
        let mut chain = vec![self.clone()];
        let Ok(identifier) = self.0.parse::<LanguageIdentifier>() else { return chain };
        let fallbacker = LocaleFallbacker::new().for_config(LocaleFallbackConfig::default());
        let mut nearer = fallbacker.fallback_for(DataLocale::from(identifier));
        while !nearer.get().is_unknown() {
            let tag = nearer.get().to_string();
            if chain.iter().all(|known| *known.0 != *tag) {
                chain.push(Self(tag.into()));
            }
            nearer.step();
        }
        chain
    }
}

impl FromStr for Locale {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refuse = || {
            let reason = format!("{} is not a language tag such as de, de-AT or zh-Hant-HK", Quoted(text));
            InvalidInput::new("locale", reason)
        };
        if text.len() > Self::MAX_CHARS {
            return Err(refuse());
        }
        let identifier: LanguageIdentifier = text.parse().map_err(|_| refuse())?;
        if identifier.language.is_unknown() {
            return Err(refuse());
        }
        let mut canonical = icu_locale::Locale::from(identifier);
        LocaleCanonicalizer::new_common().canonicalize(&mut canonical);
        let tag = canonical.id.to_string();
        if tag.len() > Self::MAX_CHARS { Err(refuse()) } else { Ok(Self(tag.into())) }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(tag: &str) -> Vec<String> {
        let locale: Locale = tag.parse().unwrap();
        locale.with_parents().iter().map(Locale::to_string).collect()
    }

    #[test]
    fn a_tag_has_one_spelling() {
        for (sent, kept) in [("de", "de"), ("DE-at", "de-AT"), ("zh-hant-hk", "zh-Hant-HK"), ("iw", "he")] {
            assert_eq!(sent.parse::<Locale>().unwrap().as_str(), kept);
        }
        let long = format!("de-{}", "abcdefgh-".repeat(4).trim_end_matches('-'));
        for bad in
            ["", "-", "*", "d", "und", "de_", "de-", "de-DE-x-private", "de-u-nu-latn", "german!", &long]
        {
            assert!(bad.parse::<Locale>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn parents_are_those_of_cldr_and_not_the_tag_cut_short() {
        assert_eq!(chain("de-AT"), ["de-AT", "de"]);
        assert_eq!(chain("es-AR"), ["es-AR", "es-419", "es"]);
        assert_eq!(chain("en-AU"), ["en-AU", "en-001", "en"]);
        assert_eq!(chain("pt-AO"), ["pt-AO", "pt-PT", "pt"]);
        assert!(!chain("zh-HK").contains(&"zh".to_owned()), "{:?}", chain("zh-HK"));
        assert!(chain("zh-HK").contains(&"zh-Hant".to_owned()), "{:?}", chain("zh-HK"));
        assert_eq!(chain("zh-TW").last().map(String::as_str), Some("zh-Hant"));
        assert_eq!(chain("sr-Latn-RS"), ["sr-Latn-RS", "sr-Latn"]);
    }
}
