//! Facts as members of JSON objects.

use std::io::Write;

use orders_domain::{Fact, Facts};

use crate::http::writing::{any_text, degrees, number};

/// Writes a fact as a member of its name, after this.
pub fn member(out: &mut Vec<u8>, before: &str, name: &str, fact: &Fact) {
    let (name, fact) = match (name, fact) {
        // Kept as whole numbers, shown as degrees.
        ("latitudeE6", fact) => ("latitude", in_degrees(fact)),
        ("longitudeE6", fact) => ("longitude", in_degrees(fact)),
        (name, fact) => (name, Shown::As(fact)),
    };
    let _ = write!(out, "{before}\"{name}\":");
    match fact {
        Shown::Degrees(millionths) => degrees(out, millionths),
        Shown::As(fact) => value(out, fact),
    }
}

enum Shown<'a> {
    As(&'a Fact),
    Degrees(i64),
}

fn in_degrees(fact: &Fact) -> Shown<'_> {
    match fact {
        Fact::Number(millionths) => Shown::Degrees(*millionths),
        other => Shown::As(other),
    }
}

fn value(out: &mut Vec<u8>, fact: &Fact) {
    match fact {
        Fact::Nothing => out.extend_from_slice(b"null"),
        Fact::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Fact::Number(of) => number(out, "", *of),
        Fact::Text(text) => any_text(out, "", text),
        Fact::Numbers(numbers) => {
            out.push(b'[');
            for (index, of) in numbers.iter().enumerate() {
                number(out, if index == 0 { "" } else { "," }, *of);
            }
            out.push(b']');
        }
        Fact::Texts(texts) => {
            out.push(b'[');
            for (index, text) in texts.iter().enumerate() {
                any_text(out, if index == 0 { "" } else { "," }, text);
            }
            out.push(b']');
        }
        Fact::Facts(facts) => object(out, facts),
    }
}

fn object(out: &mut Vec<u8>, facts: &Facts) {
    out.push(b'{');
    for (index, (name, fact)) in facts.iter().enumerate() {
        member(out, if index == 0 { "" } else { "," }, name, fact);
    }
    out.push(b'}');
}
