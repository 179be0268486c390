//! An object of a body taken apart: its members as the domain's types, or what is wrong with each.

use std::fmt::{self, Display};

use orders_domain::{InvalidInput, Patch, Quoted};

use super::{
    faults::{Faults, cut},
    json::{Json, push_pointer},
};

/// A place in the body, written out only when something is wrong there.
pub trait Pointer: Copy + Display {}

impl Pointer for &str {}

/// A member of an object, and where it stands; absent when it is missing, which is a fault already unless
/// it may be.
pub struct Member<'a, P> {
    parent: P,
    name: &'static str,
    value: Option<Json<'a>>,
}

impl<P: Pointer> Member<'_, P> {
    /// Whether it is there.
    pub fn is_sent(&self) -> bool {
        self.value.is_some()
    }

    fn pointer(&self) -> impl Display + use<P> {
        let (parent, name) = (self.parent, self.name);
        fmt::from_fn(move |f| write!(f, "{parent}/{name}"))
    }
}

/// So many members that must be there, and so many that may be.
pub type Members<'a, P, const N: usize, const M: usize> = ([Member<'a, P>; N], [Member<'a, P>; M]);

/// Takes an object apart. Missing and unknown members are faults.
pub fn members<'a, P: Pointer, const N: usize>(
    body: Json<'a>,
    at: P,
    names: [&'static str; N],
    faults: &mut Faults,
) -> Option<[Member<'a, P>; N]> {
    some_members(body, at, names, [], faults).map(|(members, [])| members)
}

/// Takes an object apart of which some members may be missing.
pub fn some_members<'a, P: Pointer, const N: usize, const M: usize>(
    body: Json<'a>,
    at: P,
    names: [&'static str; N],
    optional: [&'static str; M],
    faults: &mut Faults,
) -> Option<Members<'a, P, N, M>> {
    let Json::Object(sent) = body else {
        faults.malformed(at, format_args!("{} is not an object", body.kind()));
        return None;
    };
    let mut members = names.map(|name| Member { parent: at, name, value: None });
    let mut others = optional.map(|name| Member { parent: at, name, value: None });
    for (key, value) in sent {
        match members.iter_mut().chain(&mut others).find(|member| member.name == key) {
            Some(member) => member.value = Some(value),
            None => unknown(at, &key, faults),
        }
    }
    for member in members.iter().filter(|member| member.value.is_none()) {
        faults.invalid(member.pointer(), format_args!("{} is missing", member.name));
    }
    Some((members, others))
}

/// The same of something personal: what is unknown in it is not repeated, since it may be what somebody wanted to
/// say of the customer.
pub fn personal_members<'a, P: Pointer, const N: usize, const M: usize>(
    body: Json<'a>,
    at: P,
    names: [&'static str; N],
    optional: [&'static str; M],
    faults: &mut Faults,
) -> Option<Members<'a, P, N, M>> {
    let known = |key: &str| names.iter().chain(&optional).any(|name| *name == key);
    let body = match body {
        Json::Object(sent) => {
            let before = sent.len();
            let sent: Vec<_> = sent.into_iter().filter(|(key, _)| known(key)).collect();
            if sent.len() < before {
                let all: Vec<_> = names.iter().chain(&optional).copied().collect();
                faults.invalid(at, format_args!("a member is not one of {}", all.join(", ")));
            }
            Json::Object(sent)
        }
        other => other,
    };
    some_members(body, at, names, optional, faults)
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

/// A member that is true or false; anything else is a fault.
pub fn flag(member: Member<'_, impl Pointer>, faults: &mut Faults) -> Option<bool> {
    match &member.value {
        Some(Json::Bool(flag)) => Some(*flag),
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not a boolean", other.kind()));
            None
        }
        None => None,
    }
}

/// A member that may be missing or null, and else is read so. What is missing stays; so does,
/// beside the fault that it is, what cannot be read.
pub fn nullable<'a, P: Pointer, T>(
    member: Member<'a, P>,
    read: impl FnOnce(Member<'a, P>) -> Option<T>,
) -> Patch<T> {
    match &member.value {
        None => Patch::Keep,
        Some(Json::Null) => Patch::Clear,
        Some(_) => read(member).map_or(Patch::Keep, Patch::Set),
    }
}

/// A member that is an object, to be taken apart.
pub fn object<P: Pointer>(member: Member<'_, P>) -> Option<Json<'_>> {
    member.value
}

/// Millionths of a degree, of a member that is a number of so many degrees at most with up to six decimals. What was
/// sent is not repeated: it may be where somebody lives.
pub fn degrees<T>(member: Member<'_, impl Pointer>, most: u8, faults: &mut Faults) -> Option<T>
where
    T: TryFrom<i64, Error = InvalidInput>,
{
    let millionths = match &member.value {
        Some(Json::Integer(whole)) => whole.checked_mul(1_000_000),
        Some(Json::Fraction(number)) => millionths(number),
        Some(Json::Huge(_)) => None,
        Some(other) => {
            faults.malformed(member.pointer(), format_args!("{} is not a number", other.kind()));
            return None;
        }
        None => return None,
    };
    let degrees = millionths.and_then(|millionths| T::try_from(millionths).ok());
    if degrees.is_none() {
        let name = member.name;
        let detail =
            format_args!("{name} is not a number of degrees from -{most} to {most} with up to 6 decimals");
        faults.invalid(member.pointer(), detail);
    }
    degrees
}

/// Millionths of a decimal number with up to six decimals, without an exponent.
fn millionths(number: &str) -> Option<i64> {
    let (sign, digits) = number.strip_prefix('-').map_or((1, number), |digits| (-1, digits));
    let (whole, decimals) = digits.split_once('.')?;
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !is_plain(decimals) || decimals.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let decimals: i64 = format!("{decimals:0<6}").parse().ok()?;
    Some(sign * (whole.checked_mul(1_000_000)? + decimals))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_without_rounding() {
        for (text, expected) in [
            ("52.52", Some(52_520_000)),
            ("-0.000001", Some(-1)),
            ("0.1", Some(100_000)),
            ("13.405000", Some(13_405_000)),
            ("1.0000001", None),
            ("5.2e1", None),
            ("99999999999999.5", None),
        ] {
            assert_eq!(millionths(text), expected, "{text}");
        }
    }
}
