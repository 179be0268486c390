//! What an event says, where nothing but showing and keeping it depends on it: names and values.

use std::borrow::Cow;

use crate::invalid::InvalidInput;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// There is none.
    Nothing,
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(Cow<'static, str>),
    /// Several numbers, such as ids.
    Numbers(Vec<i64>),
    /// Several texts, such as codes.
    Texts(Vec<String>),
    /// Several things with names of their own.
    Facts(Facts),
}

impl From<i64> for Fact {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned().into())
    }
}

impl From<Facts> for Fact {
    fn from(facts: Facts) -> Self {
        Self::Facts(facts)
    }
}

impl From<Vec<i64>> for Fact {
    fn from(numbers: Vec<i64>) -> Self {
        Self::Numbers(numbers)
    }
}

impl From<Vec<String>> for Fact {
    fn from(texts: Vec<String>) -> Self {
        Self::Texts(texts)
    }
}

impl<T: Into<Fact>> From<Option<T>> for Fact {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// Values by their names, in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(Vec<(Cow<'static, str>, Fact)>);

impl Facts {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Fact>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of this name; [`Fact::Nothing`] counts as none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Fact> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value).filter(|value| **value != Fact::Nothing)
    }

    /// Those of `self` that `other` says otherwise.
    #[must_use]
    pub fn unlike(&self, other: &Self) -> Self {
        let unlike = self
            .0
            .iter()
            .filter(|(name, value)| other.0.iter().all(|said| *said != (name.clone(), value.clone())));
        Self(unlike.cloned().collect())
    }

    /// A number that may be missing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is something else.
    pub fn may_number(&self, name: &str) -> Result<Option<i64>, InvalidInput> {
        match self.get(name) {
            None => Ok(None),
            Some(Fact::Number(number)) => Ok(Some(*number)),
            Some(_) => Err(wrong(name)),
        }
    }

    /// A number.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is missing or something else.
    pub fn number(&self, name: &str) -> Result<i64, InvalidInput> {
        self.may_number(name)?.ok_or_else(|| wrong(name))
    }

    /// A text that may be missing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is something else.
    pub fn may_text(&self, name: &str) -> Result<Option<&str>, InvalidInput> {
        match self.get(name) {
            None => Ok(None),
            Some(Fact::Text(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name)),
        }
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is missing or something else.
    pub fn text(&self, name: &str) -> Result<&str, InvalidInput> {
        self.may_text(name)?.ok_or_else(|| wrong(name))
    }

    /// Yes or no.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is missing or something else.
    pub fn flag(&self, name: &str) -> Result<bool, InvalidInput> {
        match self.get(name) {
            Some(Fact::Flag(flag)) => Ok(*flag),
            _ => Err(wrong(name)),
        }
    }

    /// Several numbers; none when they are missing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is something else.
    pub fn numbers(&self, name: &str) -> Result<&[i64], InvalidInput> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Fact::Numbers(numbers)) => Ok(numbers),
            // Of none it cannot be told what they would be.
            Some(Fact::Texts(texts)) if texts.is_empty() => Ok(&[]),
            Some(_) => Err(wrong(name)),
        }
    }

    /// Several texts; none when they are missing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is something else.
    pub fn texts(&self, name: &str) -> Result<&[String], InvalidInput> {
        match self.get(name) {
            None => Ok(&[]),
            Some(Fact::Texts(texts)) => Ok(texts),
            Some(Fact::Numbers(numbers)) if numbers.is_empty() => Ok(&[]),
            Some(_) => Err(wrong(name)),
        }
    }

    /// Several things that may be missing.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is something else.
    pub fn may_facts(&self, name: &str) -> Result<Option<&Self>, InvalidInput> {
        match self.get(name) {
            None => Ok(None),
            Some(Fact::Facts(facts)) => Ok(Some(facts)),
            Some(_) => Err(wrong(name)),
        }
    }

    /// Several things.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] when it is missing or something else.
    pub fn facts(&self, name: &str) -> Result<&Self, InvalidInput> {
        self.may_facts(name)?.ok_or_else(|| wrong(name))
    }
}

fn wrong(name: &str) -> InvalidInput {
    InvalidInput::new("data", format!("has no {name} that makes sense"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unlike_is_what_changed() {
        let before = Facts::new().with("price", 1).with("sku", None::<i64>).with("name", "a");
        let after = Facts::new().with("price", 2).with("sku", "x").with("name", "a");
        assert_eq!(before.unlike(&after), Facts::new().with("price", 1).with("sku", None::<i64>));
        assert_eq!(after.unlike(&before), Facts::new().with("price", 2).with("sku", "x"));
        assert!(after.unlike(&after).is_empty());
    }

    #[test]
    fn a_fact_of_another_kind_is_refused() {
        let facts = Facts::new().with("price", "1").with("none", None::<i64>);
        assert!(facts.number("price").is_err());
        assert!(facts.number("none").is_err());
        assert_eq!(facts.may_number("none"), Ok(None));
        assert_eq!(facts.text("price"), Ok("1"));
        assert_eq!(facts.numbers("missing"), Ok([].as_slice()));
    }
}
