//! One line: its fields by their columns, and what is wrong with them.

use std::fmt;

use csv::ByteRecord;
use orders_domain::{InvalidInput, Quoted};

/// Where the columns of a file are.
#[derive(Debug, Clone)]
pub struct Columns {
    known: &'static [&'static str],
    /// The place of each known one, if the file has it.
    places: Vec<Option<usize>>,
    /// How those are spelled that only headers name.
    forms: &'static [&'static str],
    more: Vec<More>,
    count: usize,
}

/// A column that only the file's header names, such as `price:de`.
#[derive(Debug, Clone)]
pub struct More {
    /// Its name.
    pub name: String,
    place: usize,
}

/// A column: one that is known, or one that the header names.
pub trait Column: Copy {
    /// Its name.
    fn name(&self) -> &str;

    /// Where it is, if the file has it.
    fn place(&self, columns: &Columns) -> Option<usize>;
}

impl Column for &'static str {
    fn name(&self) -> &str {
        self
    }

    fn place(&self, columns: &Columns) -> Option<usize> {
        let index = columns.known.iter().position(|known| known == self)?;
        *columns.places.get(index)?
    }
}

impl Column for &More {
    fn name(&self) -> &str {
        &self.name
    }

    fn place(&self, _: &Columns) -> Option<usize> {
        Some(self.place)
    }
}

/// What is wrong with a column of a line.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    column: String,
    reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.column, self.reason)
    }
}

impl Columns {
    /// By the file's header. A column with a colon in its name is kept for who knows these forms.
    ///
    /// # Errors
    ///
    /// A line that says which column is missing, unknown, or there twice.
    pub fn of(
        header: &ByteRecord,
        known: &'static [&'static str],
        required: &[&str],
        forms: &'static [&'static str],
    ) -> Result<Self, String> {
        let places = vec![None; known.len()];
        let mut columns = Self { known, places, forms, more: Vec::new(), count: header.len() };
        for (place, name) in header.iter().enumerate() {
            let name = String::from_utf8_lossy(name);
            let name = name.trim();
            let Some(index) = known.iter().position(|known| *known == name) else {
                if forms.is_empty() || !name.contains(':') {
                    return Err(columns.unknown(name));
                }
                columns.more.push(More { name: name.to_owned(), place });
                continue;
            };
            if columns.places[index].replace(place).is_some() {
                return Err(format!("the column {name} is there twice"));
            }
        }
        for name in required {
            if !columns.has(name) {
                return Err(format!("the column {name} is missing"));
            }
        }
        Ok(columns)
    }

    /// There is no column of this name.
    #[must_use]
    pub fn unknown(&self, name: &str) -> String {
        let known: Vec<_> = self.known.iter().chain(self.forms).copied().collect();
        format!("the column {} is not one of {}", Quoted(name), known.join(", "))
    }

    /// Those that only the header names, in its order.
    #[must_use]
    pub fn more(&self) -> &[More] {
        &self.more
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
    pub faults: Vec<Fault>,
}

impl<'a> Row<'a> {
    /// A line of a file with these columns.
    #[must_use]
    pub fn new(columns: &'a Columns, record: &'a ByteRecord) -> Self {
        let mut faults = Vec::new();
        if record.len() != columns.count {
            let reason = format!("has {} fields, and the header has {}", record.len(), columns.count);
            faults.push(Fault { column: "it".to_owned(), reason });
        }
        let known = columns.known.iter().copied().zip(columns.places.iter().copied());
        let more = columns.more.iter().map(|more| (more.name.as_str(), Some(more.place)));
        for (name, place) in known.chain(more) {
            if let Some(field) = place.and_then(|place| record.get(place))
                && std::str::from_utf8(field).is_err()
            {
                let reason = format!("{} is not UTF-8", Quoted(String::from_utf8_lossy(field)));
                faults.push(Fault { column: name.to_owned(), reason });
            }
        }
        Self { columns, record, faults }
    }

    /// The field of a column, without white space at its ends; `None` if it is empty, there is no such
    /// column, or it is no text.
    #[must_use]
    pub fn text(&self, column: impl Column) -> Option<&'a str> {
        let field = self.record.get(column.place(self.columns)?)?;
        std::str::from_utf8(field).ok().map(str::trim).filter(|field| !field.is_empty())
    }

    /// Notes what is wrong with a column.
    pub fn fault(&mut self, column: impl Column, reason: impl Into<String>) {
        let name = column.name();
        // What is no text has been noted, and its field is empty here.
        if self.faults.iter().all(|fault| fault.column != name) {
            self.faults.push(Fault { column: name.to_owned(), reason: reason.into() });
        }
    }

    /// What a column says, if it says something.
    pub fn parsed<T>(
        &mut self,
        column: impl Column,
        parse: impl FnOnce(&str) -> Result<T, InvalidInput>,
    ) -> Option<T> {
        match parse(self.text(column)?) {
            Ok(value) => Some(value),
            Err(InvalidInput { reason, .. }) => {
                self.fault(column, reason);
                None
            }
        }
    }

    /// A whole number, if the column says something.
    pub fn number<T: TryFrom<i64, Error = InvalidInput>>(&mut self, column: impl Column) -> Option<T> {
        self.parsed(column, |text| {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| plain);
            let number: i64 = number.ok_or_else(|| {
                InvalidInput::new("number", format!("{} is not a whole number", Quoted(text)))
            })?;
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
