//! What a product is called in a language.

use super::locale::Locale;
use crate::{
    catalogue::product::ProductName, code::MarketplaceCode, event::facts::Facts, id::ProductId,
    invalid::InvalidInput, version::Version,
};

/// What is said of a product in several lines: 1 to 4,000 characters, with no control character but the line feed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Description(Box<str>);

impl Description {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 4000;

    /// Takes a text without the white space around it, and with one spelling of the end of a line.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for what is empty, too long, or has other control characters.
    pub fn parse(raw: &str) -> Result<Self, InvalidInput> {
        let text = raw.trim().replace("\r\n", "\n");
        let refuse = |reason: String| Err(InvalidInput::new("description", reason));
        let count = text.chars().count();
        if text.is_empty() {
            refuse("is empty".to_owned())
        } else if count > Self::MAX_CHARS {
            refuse(format!("has {count} characters, but at most {} are allowed", Self::MAX_CHARS))
        } else if text.chars().any(|one| one.is_control() && one != '\n') {
            refuse("has a control character that is not a line feed".to_owned())
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a product is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextDetails {
    /// Its name.
    pub name: ProductName,
    /// What else is said of it.
    pub description: Option<Description>,
}

/// Of what a text is: of a product, in a marketplace or in all, in a language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TextKey {
    /// Which product.
    pub product: ProductId,
    /// Where; `None` is everywhere where there is none of the marketplace's own.
    pub marketplace: Option<MarketplaceCode>,
    /// In which language.
    pub locale: Locale,
}

/// What a product is called in a language, in a marketplace or in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductText {
    /// Of what.
    pub of: TextKey,
    /// What it is called.
    pub details: TextDetails,
    /// How often it was changed.
    pub version: Version,
}

/// A text that is new or otherwise, with what is said of the change. Only [`ProductText::set`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetText {
    text: ProductText,
    seen: Option<Version>,
    said: Facts,
}

impl SetText {
    /// The text as it has become.
    #[must_use]
    pub fn text(&self) -> &ProductText {
        &self.text
    }

    /// The version that was changed; `None` if there was none.
    #[must_use]
    pub fn seen(&self) -> Option<Version> {
        self.seen
    }

    /// What its event says: what it is, or the members that changed, from what to what.
    #[must_use]
    pub fn said(&self) -> &Facts {
        &self.said
    }
}

impl ProductText {
    /// The most texts of one product.
    pub const MOST: usize = 500;

    /// What a text becomes.
    ///
    /// # Errors
    ///
    /// The present text, if nothing changes.
    pub fn set(of: TextKey, present: Option<Self>, details: TextDetails) -> Result<SetText, Self> {
        let Some(present) = present else {
            let said = Facts::new().with("to", details.facts());
            return Ok(SetText { text: Self { of, details, version: Version::FIRST }, seen: None, said });
        };
        if present.details == details {
            return Err(present);
        }
        let (before, after) = (present.details.facts(), details.facts());
        let said = Facts::new().with("from", before.unlike(&after)).with("to", after.unlike(&before));
        let text = Self { of, details, version: present.version.next() };
        Ok(SetText { text, seen: Some(present.version), said })
    }
}

impl TextDetails {
    /// Its members as events show them.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let description = self.description.as_ref().map(Description::as_str);
        Facts::new().with("name", self.name.as_str()).with("description", description)
    }

    /// The details that these facts were made of.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when they are none.
    pub fn of_facts(facts: &Facts) -> Result<Self, InvalidInput> {
        Ok(Self {
            name: ProductName::parse(facts.text("name")?)?,
            description: facts.may_text("description")?.map(Description::parse).transpose()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_has_lines_and_no_other_control_characters() {
        assert_eq!(Description::parse(" one\r\ntwo\n").unwrap().as_str(), "one\ntwo");
        for bad in ["", " \n ", "a\tb", "a\u{0}b", &"x".repeat(4001)] {
            assert!(Description::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn details_are_told_and_read_again() {
        let name = ProductName::parse("Schreibtischlampe").unwrap();
        for description in [None, Some(Description::parse("hell\nund warm").unwrap())] {
            let details = TextDetails { name: name.clone(), description };
            assert_eq!(TextDetails::of_facts(&details.facts()), Ok(details));
        }
    }

    #[test]
    fn setting_what_is_so_changes_nothing() {
        let of = TextKey { product: 9.try_into().unwrap(), marketplace: None, locale: Locale::english() };
        let called = |name| TextDetails { name: ProductName::parse(name).unwrap(), description: None };
        let first = ProductText::set(of.clone(), None, called("Lamp")).unwrap().text().clone();
        assert_eq!(ProductText::set(of.clone(), Some(first.clone()), called("Lamp")), Err(first.clone()));
        let second = ProductText::set(of, Some(first), called("Desk lamp")).unwrap();
        assert_eq!((second.seen(), second.text().version.get()), (Some(Version::FIRST), 2));
    }
}
