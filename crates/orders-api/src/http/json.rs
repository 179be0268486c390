//! JSON as it was sent: nothing merged, nothing dropped.
//!
//! serde's derived readers stop at the first fault, take `[9, 1]` for a struct and let the last of
//! two equal keys win. A client deserves all faults at once, so requests are read into this tree
//! and judged from there.

use std::{borrow::Cow, fmt::Write};

use serde::de::DeserializeSeed;

use crate::http::{error::ApiError, faults::Faults};
use keys::Keys;
use reading::{JsonVisitor, Repeats};

mod keys;
mod number;
mod reading;

/// A JSON value that borrows its texts from the body where it can.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number that fits.
    Integer(i64),
    /// A whole number that does not, as it was written.
    Huge(Cow<'a, str>),
    /// Any other number, as it was written.
    Fraction(Cow<'a, str>),
    /// A string.
    Text(Cow<'a, str>),
    /// Values in a row.
    Array(Vec<Json<'a>>),
    /// Every member as sent, repeated keys included.
    Object(Vec<Member<'a>>),
}

/// A member of an object: its key and its value.
type Member<'a> = (Cow<'a, str>, Json<'a>);

impl<'a> Json<'a> {
    /// Reads a body. The keys that its objects repeat are the first of its faults.
    ///
    /// # Errors
    ///
    /// `ApiError::Malformed` for what is not JSON.
    pub fn parse(body: &'a [u8]) -> Result<(Self, Faults), ApiError> {
        let json = Self::tree(body, Repeats::Kept)
            .map_err(|error| ApiError::malformed(format!("the body is not JSON: {error}")))?;
        let mut faults = Faults::default();
        if json.repeats_a_key() {
            json.find_repeated_keys(&mut String::new(), &mut faults);
        }
        Ok((json, faults))
    }

    /// Reads a text whose objects repeat no key.
    ///
    /// # Errors
    ///
    /// That of a text that is not JSON, or repeats one.
    pub fn strict(text: &'a str) -> serde_json::Result<Self> {
        Self::tree(text.as_bytes(), Repeats::Refused { named: true })
    }

    fn tree(text: &'a [u8], repeats: Repeats) -> serde_json::Result<Self> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let mut json = JsonVisitor(repeats).deserialize(&mut reader)?;
        reader.end()?;
        if json.has_a_float() {
            json.settle_floats(&mut number::literals(text));
        }
        Ok(json)
    }

    /// Whether a number in it came as a float, which is not to be trusted: 1.00000000000000000001 is 1 then.
    fn has_a_float(&self) -> bool {
        match self {
            Self::Fraction(_) => true,
            Self::Array(items) => items.iter().any(Self::has_a_float),
            Self::Object(members) => members.iter().any(|(_, value)| value.has_a_float()),
            _ => false,
        }
    }

    /// Puts in place of each float what was written, given all numbers as they were written.
    fn settle_floats(&mut self, literals: &mut impl Iterator<Item = &'a str>) {
        match self {
            Self::Array(items) => {
                for item in items {
                    item.settle_floats(literals);
                }
            }
            Self::Object(members) => {
                for (_, value) in members {
                    value.settle_floats(literals);
                }
            }
            Self::Integer(_) | Self::Huge(_) | Self::Fraction(_) => {
                let literal = literals.next();
                if let (Self::Fraction(_), Some(literal)) = (&self, literal) {
                    *self = number::judge(literal);
                }
            }
            Self::Null | Self::Bool(_) | Self::Text(_) => {}
        }
    }

    /// Whether any object in it does: the question without the pointers, which nearly every body
    /// answers with no.
    fn repeats_a_key(&self) -> bool {
        match self {
            Self::Array(items) => items.iter().any(Self::repeats_a_key),
            Self::Object(members) => {
                repeated_keys(members).any(|repeated| repeated)
                    || members.iter().any(|(_, value)| value.repeats_a_key())
            }
            _ => false,
        }
    }

    fn find_repeated_keys(&self, pointer: &mut String, faults: &mut Faults) {
        let here = pointer.len();
        match self {
            Self::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let _ = write!(pointer, "/{index}");
                    item.find_repeated_keys(pointer, faults);
                    pointer.truncate(here);
                }
            }
            Self::Object(members) => {
                for ((key, value), repeated) in members.iter().zip(repeated_keys(members)) {
                    push_pointer(pointer, key);
                    if repeated {
                        let personal = PERSONAL.into_iter().find(|of| is_within(pointer, of));
                        faults.malformed(personal.unwrap_or(pointer), "the key is repeated");
                    }
                    value.find_repeated_keys(pointer, faults);
                    pointer.truncate(here);
                }
            }
            _ => {}
        }
    }

    /// What it is, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Huge(_) => "an integer",
            Self::Fraction(_) => "a fraction",
            Self::Text(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Of each key whether it stood before.
fn repeated_keys(members: &[Member<'_>]) -> impl Iterator<Item = bool> {
    let mut keys = Keys::default();
    members.iter().enumerate().map(move |(index, (key, _))| keys.has(&members[..index], key))
}

/// Members of bodies in which even the names of others are not repeated: somebody may have written there what is
/// known of a customer.
const PERSONAL: [&str; 2] = ["/shipTo", "/email"];

/// Whether a pointer leads to something below another one.
fn is_within(pointer: &str, parent: &str) -> bool {
    pointer.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

/// Appends a segment to a JSON pointer (RFC 6901).
pub fn push_pointer(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for character in segment.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_judged_by_its_own_text_wherever_it_stands() {
        let body = br#"{"1.5": [1, "\\\" 2.5", -3, {"3.0": 4.000000000000000000001}],
            "\u0031": [18446744073709551615, 5e0, true, 0.1e1, 1e30]}"#;
        let (json, faults) = Json::parse(body).unwrap();
        assert!(faults.is_empty());
        let Json::Object(members) = json else { panic!("{json:?}") };
        let [(_, Json::Array(first)), (_, Json::Array(second))] = members.as_slice() else {
            panic!("{members:?}")
        };
        let nested = vec![("3.0".into(), Json::Fraction("4.000000000000000000001".into()))];
        let expected =
            [Json::Integer(1), Json::Text("\\\" 2.5".into()), Json::Integer(-3), Json::Object(nested)];
        assert_eq!(*first, expected);
        let huge = |text: &'static str| Json::Huge(text.into());
        let expected = [
            huge("18446744073709551615"),
            Json::Integer(5),
            Json::Bool(true),
            Json::Integer(1),
            huge("1e30"),
        ];
        assert_eq!(*second, expected);
    }

    #[test]
    fn repeated_keys_are_found_at_any_depth_and_all_at_once() {
        let body = br#"{"a/b": [{"c": 1, "c": 2}], "d": 1, "\u0064": 2}"#;
        let error = Json::parse(body).unwrap().1.into_result().unwrap_err();
        let ApiError::Malformed { faults, .. } = error else { panic!("{error:?}") };
        let pointers: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a~1b/0/c", "/d"]);
    }

    #[test]
    fn a_strict_text_repeats_no_key_and_only_one_of_the_outermost_object_is_named() {
        assert_eq!(
            Json::strict(r#"[{"a": 1}, {"a": 7.0}]"#).unwrap(),
            Json::strict(r#"[{"a":1},{"a":7}]"#).unwrap()
        );
        let many: Vec<_> = (0..40).map(|number| format!("\"{number}\":0")).collect();
        let many = many.join(",");
        assert!(Json::strict(&format!("{{{many},\"40\":0}}")).is_ok());
        let said = Json::strict(&format!("{{{many},\"7\":0}}")).unwrap_err().to_string();
        assert!(said.starts_with("\"7\" is there twice"), "{said}");
        for (text, reason) in [
            (r#"{"a": 1, "\u0061": 2}"#, "\"a\" is there twice at line 1 column 17"),
            (r#"{"a": {"b": 1, "b": 2}}"#, "a name is there twice at line 1 column 18"),
            (r#"{"a": [{"b": 1, "b": 2}]}"#, "a name is there twice at line 1 column 19"),
        ] {
            assert_eq!(Json::strict(text).unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in ["", "{", "NaN", "Infinity", "1e400", "'a'", "{} {}", r#""\ud800""#, "[1,]"] {
            assert!(Json::parse(bad.as_bytes()).is_err(), "{bad:?} was taken");
        }
        assert!(Json::parse(b"\"\xff\"").is_err());
        assert!(Json::parse("[".repeat(100_000).as_bytes()).is_err());
    }
}
