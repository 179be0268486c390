//! A line of JSON, whose members are taken one after the other, so that all that is wrong is said at once.

use std::{borrow::Cow, fmt};

use orders_api::Json;
use orders_domain::{InvalidInput, Quoted};

/// How many digits of a number a message shows.
const LONGEST_NUMBER: usize = 64;

/// What a value is, for messages: a text of somebody else's in quotes, and of what has parts the kind only.
fn shown(value: &Json<'_>) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(flag) => flag.to_string(),
        Json::Integer(number) => number.to_string(),
        Json::Huge(number) | Json::Fraction(number) => match number.get(..LONGEST_NUMBER) {
            Some(begin) => format!("{begin}…"),
            None => number.to_string(),
        },
        Json::Text(text) => Quoted(text).to_string(),
        Json::Array(_) | Json::Object(_) => value.kind().to_owned(),
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
            faults.push(format!("{at} is not an object, but {}", shown(&value)));
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
                self.fault(name, format_args!("{} is not a text", shown(&other)));
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
            Json::Integer(number) => {
                number.try_into().map_err(|error: InvalidInput| self.fault(name, error.reason)).ok()
            }
            other => {
                self.fault(name, format_args!("{} is not a whole number", shown(&other)));
                None
            }
        }
    }

    /// Values in a row, which must be there.
    pub fn array(&mut self, name: &str) -> Option<Vec<Json<'a>>> {
        match self.required(name)? {
            Json::Array(values) => Some(values),
            other => {
                self.fault(name, format_args!("is not an array, but {}", shown(&other)));
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
