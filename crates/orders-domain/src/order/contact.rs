//! How the customer is reached and where the goods go. Personal: it lies in the order's row only, never in an
//! event, a log, a metric or an error, so that it can be erased.

use std::fmt;

use crate::{code::Country, invalid::InvalidInput, patch::Patch, stock::location::Point, text::private_text};

private_text! {
    /// Who receives the parcels: 1 to 200 characters.
    Recipient, "name", 200
}
private_text! {
    /// A line of an address, such as the street and number: 1 to 200 characters.
    AddressLine, "line", 200
}
private_text! {
    /// A town: 1 to 100 characters.
    City, "city", 100
}
private_text! {
    /// A postal code: 1 to 20 characters.
    PostalCode, "postalCode", 20
}
private_text! {
    /// A state, province or county: 1 to 100 characters.
    Region, "region", 100
}

/// An e-mail address: something on both sides of one `@`, at most 254 characters of ASCII or UTF-8 (RFC 5321,
/// 4.5.3.1.3, and RFC 6531). Whether mail arrives there nobody knows.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(Box<str>);

impl Email {
    /// The longest one, in characters.
    pub const MAX_CHARS: usize = 254;

    /// Takes an address as it is, without the white space around it.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for what cannot be one. It does not say what was sent: that is personal.
    pub fn parse(raw: &str) -> Result<Self, InvalidInput> {
        let text = raw.trim();
        let fail = |reason: &str| Err(InvalidInput::new("email", reason));
        if text.chars().count() > Self::MAX_CHARS {
            return fail("has more than 254 characters");
        }
        if text.chars().any(|one| one.is_control() || one.is_whitespace() || "<>()[]\\,;:\"".contains(one)) {
            return fail("has a character that no address has without quotes");
        }
        match text.split_once('@') {
            Some((local, domain)) if is_local(local) && is_domain(domain) => Ok(Self(text.into())),
            _ => fail("is not of the form name@example.org"),
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for all addresses that differ only in the case of the letters A to Z, by which orders are found.
    /// Other letters stay: how two of them are one differs by language and by version of Unicode.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

fn is_local(local: &str) -> bool {
    (1..=64).contains(&local.len()) && local.split('.').all(|part| !part.is_empty())
}

fn is_domain(domain: &str) -> bool {
    domain.len() <= 253
        && domain
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
        && !domain.contains('@')
}

/// Nothing of it.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

/// Where goods go.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// To whom.
    pub name: Recipient,
    /// Street and number, and what else stands above the town: 1 to [`Self::MOST_LINES`].
    pub lines: Vec<AddressLine>,
    /// The town.
    pub city: City,
    /// Its postal code, where there are such.
    pub postal_code: Option<PostalCode>,
    /// The state, province or county.
    pub region: Option<Region>,
    /// The country.
    pub country: Country,
    /// Where that is, if it is known.
    pub point: Option<Point>,
}

impl Address {
    /// The most lines.
    pub const MOST_LINES: usize = 4;

    /// What is said of so many lines, which are too many or none.
    #[must_use]
    pub fn refused_lines(count: usize) -> InvalidInput {
        InvalidInput::new("lines", format!("are 1 to {}, but {count} were sent", Self::MOST_LINES))
    }
}

/// Nothing of it.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(..)")
    }
}

/// What is known of the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Where mail goes.
    pub email: Option<Email>,
    /// Where goods go.
    pub ship_to: Option<Box<Address>>,
}

impl Contact {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.email.is_none() && self.ship_to.is_none()
    }
}

/// What is to become of what is known of the customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactChange {
    /// Where mail goes.
    pub email: Patch<Email>,
    /// Where goods go.
    pub ship_to: Patch<Box<Address>>,
}

impl ContactChange {
    /// What is known since, where this was before.
    #[must_use]
    pub fn of(&self, before: &Contact) -> Contact {
        Contact {
            email: self.email.clone().or(before.email.clone()),
            ship_to: self.ship_to.clone().or(before.ship_to.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_has_something_on_both_sides_of_one_at() {
        for good in ["a@b", "first.last+tag@example.org", "ü@exämple.org", " a@b.c "] {
            assert_eq!(Email::parse(good).unwrap().as_str(), good.trim(), "{good:?}");
        }
        let (long_name, long) = (format!("{}@b", "a".repeat(65)), format!("a@{}", "b.".repeat(200)));
        for bad in [
            "",
            "a",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a b@c",
            "a@b..c",
            ".a@b",
            "a.@b",
            "a@-b",
            "a@b-",
            "a\n@b",
            "<a@b>",
            "a@b,c@d",
            "a\r\nBcc:x@y",
            &long_name,
            &long,
        ] {
            let error = Email::parse(bad).unwrap_err().to_string();
            assert!(bad.len() < 3 || !error.contains(bad), "{error} repeats what was sent");
        }
    }

    #[test]
    fn what_is_personal_is_not_shown_by_accident() {
        let email = Email::parse("ada@example.org").unwrap();
        let contact = Contact { email: Some(email), ship_to: None };
        assert!(!format!("{contact:?}").contains("ada"));
    }
}
