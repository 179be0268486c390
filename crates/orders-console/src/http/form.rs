//! What a form has sent.

use std::{str::FromStr, time::Duration};

use actix_web::web::{BytesMut, Payload};
use futures_util::StreamExt;
use orders_domain::{Expected, InvalidInput, Version};

use super::failure::Failure;

/// The largest form, in bytes.
const LIMIT: usize = 64 * 1024;

/// The most fields.
const MOST_FIELDS: usize = 512;

/// How long it may take to come.
const PATIENCE: Duration = Duration::from_secs(10);

/// The fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    /// All of it as it came, without the field `key`.
    pub text: String,
}

impl Form {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// When it is too large, too slow, or broken off.
    pub async fn read(payload: Payload) -> Result<Self, Failure> {
        tokio::time::timeout(PATIENCE, collect(payload))
            .await
            .unwrap_or(Err(Failure::Refused(408, "The form did not arrive in time.".to_owned())))
    }

    /// These fields.
    pub fn of(body: &[u8]) -> Result<Self, Failure> {
        let fields: Vec<(String, String)> =
            form_urlencoded::parse(body).into_owned().take(MOST_FIELDS + 1).collect();
        if fields.len() > MOST_FIELDS {
            return Err(Failure::Refused(413, format!("The form has more than {MOST_FIELDS} fields.")));
        }
        let mut text = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields.iter().filter(|(name, _)| name != "key") {
            text.append_pair(name, value);
        }
        Ok(Self { text: text.finish(), fields })
    }

    /// What stands in a field, without the white space around it; nothing where there is no such field.
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// What stands in a field, as a value; `None` if it is empty.
    ///
    /// # Errors
    ///
    /// Why it cannot be one.
    pub fn maybe<T: FromStr<Err = InvalidInput>>(&self, name: &str) -> Result<Option<T>, InvalidInput> {
        match self.text(name) {
            "" => Ok(None),
            text => text.parse().map(Some),
        }
    }

    /// The whole number in a field.
    ///
    /// # Errors
    ///
    /// That it is none.
    pub fn number(&self, name: &'static str) -> Result<i64, InvalidInput> {
        let text = self.text(name);
        let refused =
            || InvalidInput::new(name, format!("{} is not a whole number", orders_domain::Quoted(text)));
        text.parse().map_err(|_| refused())
    }

    /// The version that the form was made for, and that a change is to meet.
    ///
    /// # Errors
    ///
    /// When it has none.
    pub fn seen(&self) -> Result<(Version, Expected), Failure> {
        let version: Version = self.text("version").parse()?;
        Ok((version, Expected::OneOf(vec![version])))
    }

    /// The fields whose names begin so, by what follows in their names.
    pub fn each<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.fields.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.trim())))
    }
}

async fn collect(mut payload: Payload) -> Result<Form, Failure> {
    let mut body = BytesMut::new();
    while let Some(piece) = payload.next().await {
        let piece = piece.map_err(|_| Failure::Refused(400, "The form did not arrive whole.".to_owned()))?;
        if body.len() + piece.len() > LIMIT {
            return Err(Failure::Refused(413, format!("The form is larger than {LIMIT} bytes.")));
        }
        body.extend_from_slice(&piece);
    }
    Form::of(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_without_white_space_and_the_key_is_no_part_of_the_text() {
        let form = Form::of(b"line-0=+2+&key=abc&line-7=3&note=a%26b&note=c").unwrap();
        assert_eq!(form.text("note"), "a&b");
        assert_eq!(form.text("nothing"), "");
        assert_eq!(form.each("line-").collect::<Vec<_>>(), [("0", "2"), ("7", "3")]);
        assert!(!form.text.contains("abc"));
        assert_eq!(form.number("line-0"), Ok(2));
        assert_eq!(form.number("note").unwrap_err().to_string(), "note \"a&b\" is not a whole number");
    }

    #[test]
    fn a_form_of_too_many_fields_is_refused() {
        assert!(Form::of("a=1&".repeat(512).as_bytes()).is_ok());
        assert!(Form::of("a=1&".repeat(513).as_bytes()).is_err());
    }
}
