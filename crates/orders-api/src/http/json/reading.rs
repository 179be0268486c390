//! How the tree is read.

use std::{borrow::Cow, fmt};

use orders_domain::Quoted;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Json, keys::Keys};

/// What becomes of a key that an object has already.
#[derive(Debug, Clone, Copy)]
pub enum Repeats {
    /// It stays, as it was sent.
    Kept,
    /// It is an error, which names it in the outermost object only: further in it may be personal.
    Refused { named: bool },
}

/// Reads a value.
#[derive(Debug, Clone, Copy)]
pub struct JsonVisitor(pub Repeats);

impl JsonVisitor {
    /// The same for what is within an object.
    fn within(self) -> Self {
        match self.0 {
            Repeats::Kept => self,
            Repeats::Refused { .. } => Self(Repeats::Refused { named: false }),
        }
    }
}

impl<'de> DeserializeSeed<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        let huge = |_| Json::Huge(Cow::Owned(value.to_string()));
        Ok(i64::try_from(value).map_or_else(huge, Json::Integer))
    }

    /// What was written is looked up once all is read.
    fn visit_f64<E>(self, _: f64) -> Result<Json<'de>, E> {
        Ok(Json::Fraction(Cow::Borrowed("")))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json<'de>, A::Error> {
        let (mut object, mut keys) = (Vec::new(), Keys::default());
        while let Some(key) = members.next_key_seed(Key)? {
            if let Repeats::Refused { named } = self.0
                && keys.has(&object, &key)
            {
                return Err(if named {
                    A::Error::custom(format_args!("{} is there twice", Quoted(&key)))
                } else {
                    A::Error::custom("a name is there twice")
                });
            }
            object.push((key, members.next_value_seed(self.within())?));
        }
        Ok(Json::Object(object))
    }
}

/// A key that borrows where it can, which `Cow`'s own reader never does.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        match deserializer.deserialize_str(JsonVisitor(Repeats::Kept))? {
            Json::Text(key) => Ok(key),
            other => Err(D::Error::custom(format_args!("{} is not a key", other.kind()))),
        }
    }
}
