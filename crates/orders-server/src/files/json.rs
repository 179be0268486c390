//! A line of JSON as a tree, whose members are taken one after the other, so that all that is wrong is said at once.

use std::{borrow::Cow, fmt};

use orders_api::{number_literals, whole_number};
use orders_domain::{InvalidInput, Quoted};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};

/// How many digits of a number a message shows.
const LONGEST_NUMBER: usize = 64;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number that an `i64` holds.
    Whole(i64),
    /// Any other number, as it was written.
    Number(&'a str),
    /// A text.
    Text(Cow<'a, str>),
    /// Values in a row.
    Array(Vec<Json<'a>>),
    /// Members, each name once.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

impl<'a> Json<'a> {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// That of a text that is not JSON.
    pub fn parse(text: &'a str) -> serde_json::Result<Self> {
        let mut json: Self = serde_json::from_str(text)?;
        json.settle_numbers(&mut number_literals(text.as_bytes()));
        Ok(json)
    }

    /// Judges each number by what was written, given all numbers in their order: a float has forgotten it.
    fn settle_numbers(&mut self, literals: &mut impl Iterator<Item = &'a str>) {
        match self {
            Self::Array(values) => {
                for value in values {
                    value.settle_numbers(literals);
                }
            }
            Self::Object(members) => {
                for (_, value) in members {
                    value.settle_numbers(literals);
                }
            }
            Self::Whole(_) => {
                literals.next();
            }
            Self::Number(_) => {
                let literal = literals.next().unwrap_or_default();
                *self = whole_number(literal).map_or(Self::Number(literal), Self::Whole);
            }
            Self::Null | Self::Flag(_) | Self::Text(_) => {}
        }
    }

    /// What it is, for messages: a text of somebody else's in quotes, and of what has parts the kind only.
    fn shown(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Flag(flag) => flag.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => match number.get(..LONGEST_NUMBER) {
                Some(begin) => format!("{begin}…"),
                None => (*number).to_owned(),
            },
            Self::Text(text) => Quoted(text).to_string(),
            Self::Array(_) => "an array".to_owned(),
            Self::Object(_) => "an object".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Json<'de>, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json<'de>, E> {
        Ok(Json::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json<'de>, E> {
        Ok(i64::try_from(number).map_or(Json::Number(""), Json::Whole))
    }

    /// What was written is looked up once all is read.
    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Number(""))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json<'de>, A::Error> {
        let mut all = Vec::new();
        while let Some(value) = values.next_element()? {
            all.push(value);
        }
        Ok(Json::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let mut all: Vec<(Cow<'de, str>, Json<'de>)> = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            if all.iter().any(|(other, _)| *other == name) {
                return Err(A::Error::custom(format_args!("{} is there twice", Quoted(&name))));
            }
            all.push((name, members.next_value()?));
        }
        Ok(Json::Object(all))
    }
}

/// The name of a member.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(Any)? {
            Json::Text(name) => Ok(Self(name)),
            _ => Err(D::Error::custom("a name is no text")),
        }
    }
}

/// The members of an object, and what is wrong with them. What is personal is said without its value.
pub struct Members<'a, 'f> {
    left: Vec<(Cow<'a, str>, Json<'a>)>,
    /// Before the names in messages: nothing, or `products[1].`.
    path: String,
    faults: &'f mut Vec<String>,
}

impl<'a, 'f> Members<'a, 'f> {
    /// Of a value that stands at a path; `None` if it is no object, which is a fault.
    pub fn of(value: Json<'a>, path: &str, faults: &'f mut Vec<String>) -> Option<Self> {
        let Json::Object(members) = value else {
            let at = if path.is_empty() { "it" } else { path };
            faults.push(format!("{at} is not an object, but {}", value.shown()));
            return None;
        };
        let path = if path.is_empty() { String::new() } else { format!("{path}.") };
        Some(Self { left: members, path, faults })
    }

    /// A fault of a member.
    pub fn fault(&mut self, name: &str, reason: impl fmt::Display) {
        self.faults.push(format!("{}{name} {reason}", self.path));
    }

    /// Where faults go that are not of a member itself.
    pub fn faults(&mut self) -> &mut Vec<String> {
        self.faults
    }

    /// A member that is there and not null.
    pub fn given(&mut self, name: &str) -> Option<Json<'a>> {
        let index = self.left.iter().position(|(known, _)| known == name)?;
        let (_, value) = self.left.swap_remove(index);
        (value != Json::Null).then_some(value)
    }

    /// The same; that it is missing is a fault.
    pub fn required(&mut self, name: &str) -> Option<Json<'a>> {
        let given = self.given(name);
        if given.is_none() {
            self.fault(name, "is missing");
        }
        given
    }

    /// A text that is read as something.
    pub fn text<T>(
        &mut self,
        name: &str,
        value: Option<Json<'a>>,
        read: impl FnOnce(&str) -> Result<T, InvalidInput>,
    ) -> Option<T> {
        match value? {
            Json::Text(text) => read(&text).map_err(|error| self.fault(name, error.reason)).ok(),
            other => {
                self.fault(name, format_args!("{} is not a text", other.shown()));
                None
            }
        }
    }

    /// The same of what is personal.
    pub fn private<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&str) -> Result<T, InvalidInput>,
    ) -> Option<T> {
        let Json::Text(text) = self.given(name)? else {
            self.fault(name, "is not a text");
            return None;
        };
        read(&text).map_err(|error| self.fault(name, error.reason)).ok()
    }

    /// A whole number, which must be there, as something.
    pub fn number<T: TryFrom<i64, Error = InvalidInput>>(&mut self, name: &str) -> Option<T> {
        match self.required(name)? {
            Json::Whole(number) => {
                number.try_into().map_err(|error: InvalidInput| self.fault(name, error.reason)).ok()
            }
            other => {
                self.fault(name, format_args!("{} is not a whole number", other.shown()));
                None
            }
        }
    }

    /// Values in a row, which must be there.
    pub fn array(&mut self, name: &str) -> Option<Vec<Json<'a>>> {
        match self.required(name)? {
            Json::Array(values) => Some(values),
            other => {
                self.fault(name, format_args!("is not an array, but {}", other.shown()));
                None
            }
        }
    }

    /// Nothing else may be there but what has been taken, which is one of these.
    pub fn end(mut self, known: &[&str]) {
        for (name, _) in std::mem::take(&mut self.left) {
            self.faults.push(format!("{}{} is not one of {}", self.path, Quoted(&name), known.join(", ")));
        }
    }
}
