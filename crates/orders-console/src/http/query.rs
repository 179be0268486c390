//! What stands behind the question mark of an address.

use form_urlencoded::{Serializer, parse};

/// The most parameters that are looked at.
const MOST: usize = 32;

/// The parameters of an address, in their order. Of one that is there twice the first counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Those of this text. Empty ones are what a form sends for fields that nobody has filled in.
    pub fn of(text: &str) -> Self {
        let pairs = parse(text.as_bytes()).take(MOST).filter(|(_, value)| !value.trim().is_empty());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.trim().to_owned())).collect())
    }

    /// The value of a parameter, if it is there.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The same or an empty text, for the fields of forms.
    pub fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().to_owned()
    }

    /// The same parameters but this one, which has another value, or none.
    #[must_use]
    pub fn but(&self, name: &str, value: Option<&str>) -> Self {
        let mut pairs: Vec<_> = self.0.iter().filter(|(known, _)| known != name).cloned().collect();
        pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        Self(pairs)
    }

    /// Only these parameters.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        Self(self.0.iter().filter(|(known, _)| names.contains(&known.as_str())).cloned().collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As it stands in an address, with the question mark; nothing without parameters.
    pub fn link(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut text = Serializer::for_suffix("?".to_owned(), 1);
        text.extend_pairs(&self.0);
        text.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_keeps_what_is_asked_but_for_what_changes() {
        let query = Query::of("status=pending&email=&userId=+7&after=9&status=shipped");
        assert_eq!(
            (query.get("status"), query.get("email"), query.get("userId")),
            (Some("pending"), None, Some("7"))
        );
        assert_eq!(query.but("after", None).but("status", Some("a b")).link(), "?userId=7&status=a+b");
        assert_eq!(query.only(&["userId"]).link(), "?userId=7");
        assert_eq!(Query::of("").link(), "");
    }
}
