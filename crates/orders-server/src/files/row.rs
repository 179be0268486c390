//! One line: its fields by their columns, and what is wrong with them.

use csv::ByteRecord;
use orders_domain::{InvalidInput, Quoted};

/// Where the columns of a file are.
#[derive(Debug, Clone)]
pub struct Columns {
    known: &'static [&'static str],
    /// The place of each known one, if the file has it.
    places: Vec<Option<usize>>,
    count: usize,
}

impl Columns {
    /// By the file's header.
    ///
    /// # Errors
    ///
    /// A line that says which column is missing, unknown, or there twice.
    pub fn of(
        header: &ByteRecord,
        known: &'static [&'static str],
        required: &[&str],
    ) -> Result<Self, String> {
        let mut places = vec![None; known.len()];
        for (place, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name);
            let name = name.trim();
            let Some(index) = known.iter().position(|known| *known == name) else {
                let known = known.join(", ");
                return Err(format!("the column {} is not one of {known}", Quoted(name)));
            };
            if places[index].replace(place).is_some() {
                return Err(format!("the column {name} is there twice"));
            }
        }
        for name in required {
            let there = known.iter().zip(&places).any(|(known, place)| known == name && place.is_some());
            if !there {
                return Err(format!("the column {name} is missing"));
            }
        }
        Ok(Self { known, places, count: header.len() })
    }

    /// Whether the file has a column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.known.iter().zip(&self.places).any(|(known, place)| *known == name && place.is_some())
    }
}

/// A line that is read.
pub struct Row<'a> {
    columns: &'a Columns,
    record: &'a ByteRecord,
    /// What is wrong with it so far.
    pub faults: Vec<InvalidInput>,
}

impl<'a> Row<'a> {
    /// A line of a file with these columns.
    #[must_use]
    pub fn new(columns: &'a Columns, record: &'a ByteRecord) -> Self {
        let mut faults = Vec::new();
        if record.len() != columns.count {
            let reason = format!("has {} fields, and the header has {}", record.len(), columns.count);
            faults.push(InvalidInput::new("it", reason));
        }
        for (name, place) in columns.known.iter().zip(&columns.places) {
            if let Some(field) = place.and_then(|place| record.get(place))
                && std::str::from_utf8(field).is_err()
            {
                let reason = format!("{} is not UTF-8", Quoted(String::from_utf8_lossy(field)));
                faults.push(InvalidInput::new(name, reason));
            }
        }
        Self { columns, record, faults }
    }

    /// The field of a column, without white space at its ends; `None` if it is empty, there is no such
    /// column, or it is no text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        let index = self.columns.known.iter().position(|known| *known == name)?;
        let field = self.record.get((*self.columns.places.get(index)?)?)?;
        std::str::from_utf8(field).ok().map(str::trim).filter(|field| !field.is_empty())
    }

    /// Notes what is wrong with a column.
    pub fn fault(&mut self, name: &'static str, reason: impl Into<String>) {
        // What is no text has been noted, and its field is empty here.
        if self.faults.iter().all(|fault| fault.what != name) {
            self.faults.push(InvalidInput::new(name, reason));
        }
    }

    /// What a column says, if it says something.
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, InvalidInput>,
    ) -> Option<T> {
        match parse(self.text(name)?) {
            Ok(value) => Some(value),
            Err(InvalidInput { reason, .. }) => {
                self.fault(name, reason);
                None
            }
        }
    }

    /// A whole number, if the column says something.
    pub fn number<T: TryFrom<i64, Error = InvalidInput>>(&mut self, name: &'static str) -> Option<T> {
        self.parsed(name, |text| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| plain);
            let number: i64 = number
                .ok_or_else(|| InvalidInput::new(name, format!("{} is not a whole number", Quoted(text))))?;
            number.try_into()
        })
    }

    /// What a column says that may not be empty.
    pub fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        let is_empty = self.text(name).is_none();
        if is_empty {
            self.fault(name, "is empty");
        }
        read(self, name)
    }
}
