//! What an event says of anything but an order, as its column has it: JSON of the same names and values.

use std::{borrow::Cow, fmt};

use orders_domain::{Fact, Facts};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

/// Facts, to be written.
pub struct Written<'a>(pub &'a Facts);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, fact) in self.0.iter() {
            map.serialize_entry(name, &WrittenFact(fact))?;
        }
        map.end()
    }
}

struct WrittenFact<'a>(&'a Fact);

impl Serialize for WrittenFact<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Fact::Nothing => serializer.serialize_none(),
            Fact::Flag(flag) => serializer.serialize_bool(*flag),
            Fact::Number(number) => serializer.serialize_i64(*number),
            Fact::Text(text) => serializer.serialize_str(text),
            Fact::Numbers(numbers) => numbers.serialize(serializer),
            Fact::Texts(texts) => texts.serialize(serializer),
            Fact::Facts(facts) => Written(facts).serialize(serializer),
        }
    }
}

/// Facts that were read.
pub struct Read(pub Facts);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match ReadFact::deserialize(deserializer)?.0 {
            Fact::Facts(facts) => Ok(Self(facts)),
            _ => Err(de::Error::custom("what an event says is no object")),
        }
    }
}

struct ReadFact(Fact);

impl<'de> Deserialize<'de> for ReadFact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactVisitor).map(Self)
    }
}

struct FactVisitor;

impl<'de> Visitor<'de> for FactVisitor {
    type Value = Fact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_unit<E>(self) -> Result<Fact, E> {
        Ok(Fact::Nothing)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Fact, E> {
        Ok(Fact::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Fact, E> {
        Ok(Fact::Number(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Fact, E> {
        i64::try_from(number).map(Fact::Number).map_err(de::Error::custom)
    }

    fn visit_str<E>(self, text: &str) -> Result<Fact, E> {
        Ok(Fact::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Fact, A::Error> {
        let (mut numbers, mut texts) = (Vec::new(), Vec::new());
        while let Some(ReadFact(item)) = items.next_element()? {
            match item {
                Fact::Number(number) if texts.is_empty() => numbers.push(number),
                Fact::Text(text) if numbers.is_empty() => texts.push(text.into_owned()),
                _ => return Err(de::Error::custom("a list is neither of numbers nor of texts")),
            }
        }
        Ok(if texts.is_empty() { Fact::Numbers(numbers) } else { Fact::Texts(texts) })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fact, A::Error> {
        let mut facts = Facts::new();
        while let Some((name, ReadFact(fact))) = map.next_entry::<String, _>()? {
            facts = facts.with(name, fact);
        }
        Ok(Fact::Facts(facts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_every_kind_are_written_and_read_as_the_same() {
        let facts = Facts::new()
            .with("nothing", None::<i64>)
            .with("flag", true)
            .with("number", i64::MIN)
            .with("text", "a\"b\u{7ff}")
            .with("numbers", vec![1, 2])
            .with("texts", vec!["DE".to_owned(), "1".to_owned()])
            .with("facts", Facts::new().with("price", 1).with("empty", Facts::new()));
        let text = serde_json::to_string(&Written(&facts)).unwrap();
        let Read(read) = serde_json::from_str(&text).unwrap();
        assert_eq!(read, facts);
        for bad in [
            "1",
            "[1]",
            "null",
            r#"{"a": ["b", 1]}"#,
            r#"{"a": [1, "b"]}"#,
            r#"{"a": [[]]}"#,
            r#"{"a": 18446744073709551615}"#,
        ] {
            assert!(serde_json::from_str::<Read>(bad).is_err(), "{bad}");
        }
    }
}
