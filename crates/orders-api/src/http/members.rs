//! An object of a body taken apart: its members as the domain's types, or what is wrong with each.

use std::fmt::{self, Display};

use orders_domain::{InvalidInput, Quoted};

use super::{
    faults::{Faults, cut},
    json::{Json, push_pointer},
};

/// A place in the body, written out only when something is wrong there.
pub trait Pointer: Copy + Display {}

impl Pointer for &str {}

/// A member of an object, and where it stands; absent when it is missing, which is a fault already.
pub struct Member<'a, P> {
    parent: P,
    name: &'static str,
    value: Option<Json<'a>>,
}

impl<P: Pointer> Member<'_, P> {
    fn pointer(&self) -> impl Display + use<P> {
        let (parent, name) = (self.parent, self.name);
        fmt::from_fn(move |f| write!(f, "{parent}/{name}"))
    }
}

/// Takes an object apart. Missing and unknown members are faults.
pub fn members<'a, P: Pointer, const N: usize>(
    body: Json<'a>,
    at: P,
    names: [&'static str; N],
    faults: &mut Faults,
) -> Option<[Member<'a, P>; N]> {
    let Json::Object(sent) = body else {
        faults.malformed(at, format_args!("{} is not an object", body.kind()));
        return None;
    };
    let mut members = names.map(|name| Member { parent: at, name, value: None });
    for (key, value) in sent {
        match members.iter_mut().find(|member| member.name == key) {
            Some(member) => member.value = Some(value),
            None => unknown(at, &key, faults),
        }
    }
    for member in members.iter().filter(|member| member.value.is_none()) {
        faults.invalid(member.pointer(), format_args!("{} is missing", member.name));
    }
    Some(members)
}

fn unknown(at: impl Pointer, key: &str, faults: &mut Faults) {
    let mut pointer = at.to_string();
    push_pointer(&mut pointer, key);
    faults.invalid(pointer, format_args!("{} is not known here", Quoted(key)));
}

/// The items of a member that is an array; anything else is a fault.
pub fn array<'a, P: Pointer>(member: Member<'a, P>, faults: &mut Faults) -> Option<Vec<Json<'a>>> {
    match member.value {
        Some(Json::Array(items)) => Some(items),
        None => None,
        Some(ref other) => {
            faults.malformed(member.pointer(), format_args!("{} is not an array", other.kind()));
            None
        }
    }
}

/// A member that is a whole number of this type; anything else is a fault.
pub fn integer<T>(member: Member<'_, impl Pointer>, faults: &mut Faults) -> Option<T>
where
    T: TryFrom<i64, Error = InvalidInput>,
{
    match &member.value {
        Some(Json::Integer(number)) => {
            T::try_from(*number).map_err(|reason| faults.invalid(member.pointer(), reason)).ok()
        }
        Some(Json::Huge(number)) => {
            faults
                .invalid(member.pointer(), format_args!("{} {} is out of range", member.name, short(number)));
            None
        }
        Some(Json::Fraction(number)) => {
            let detail = format_args!("{} {} is not a whole number", member.name, short(number));
            faults.malformed(member.pointer(), detail);
            None
        }
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not an integer", other.kind()));
            None
        }
        None => None,
    }
}

/// A number as it was written, cut as other texts are.
fn short(number: &str) -> String {
    cut(number, Quoted::<&str>::MAX)
}

/// A member that is a text of this kind; anything else is a fault.
pub fn text<T>(
    member: Member<'_, impl Pointer>,
    parse: impl FnOnce(&str) -> Result<T, InvalidInput>,
    faults: &mut Faults,
) -> Option<T> {
    match &member.value {
        Some(Json::Text(text)) => parse(text).map_err(|reason| faults.invalid(member.pointer(), reason)).ok(),
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not a string", other.kind()));
            None
        }
        None => None,
    }
}
