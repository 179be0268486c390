//! A file of lines, gone through as often as they are asked for.

use std::{
    cell::Cell,
    fs::File,
    io::{self, Read, Seek},
    rc::Rc,
};

use csv::{ByteRecord, Reader, ReaderBuilder};
use indicatif::ProgressBar;
use orders_adapters::sql::Lines;
use orders_domain::{InvalidInput, faults::Faults, ports::Cause};

use super::{
    numbers::LineNumbers,
    row::{Columns, Row},
};

/// Lines that are given at once.
pub const AT_ONCE: usize = 4_000;

/// The longest line, in bytes.
pub const LONGEST: u64 = 1 << 20;

/// What kind of lines a file has.
pub trait Kind {
    /// A line of it.
    type Line;

    /// All columns that it may have.
    const COLUMNS: &'static [&'static str];

    /// Those that it must have.
    const REQUIRED: &'static [&'static str];

    /// How columns are spelled that only a header names, all with a colon.
    const FORMS: &'static [&'static str] = &[];

    /// What else its header must have; what it names beyond the columns is remembered.
    ///
    /// # Errors
    ///
    /// A line that says what is missing.
    fn check(&mut self, _columns: &Columns) -> Result<(), String> {
        Ok(())
    }

    /// How many lines are given at once.
    fn at_once(&self) -> usize {
        AT_ONCE
    }

    /// The longest line, in bytes.
    fn longest(&self) -> u64 {
        LONGEST
    }

    /// Reads a line; what is wrong with it is noted.
    fn read(&self, line: u64, row: &mut Row<'_>) -> Option<Self::Line>;
}

/// A file.
pub struct Table<K> {
    kind: K,
    file: File,
    bar: ProgressBar,
    reading: Option<Reading>,
}

struct Reading {
    reader: Reader<Guard<File>>,
    columns: Columns,
    record: ByteRecord,
    passed: Rc<Cell<u64>>,
    numbers: LineNumbers,
}

/// Reads a line of some length and no more: a quote that is not closed would have all that follows in memory.
struct Guard<R> {
    from: R,
    /// Bytes since the last line that came to its end.
    passed: Rc<Cell<u64>>,
    /// How many those may be.
    longest: Rc<Cell<u64>>,
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let longest = self.longest.get();
        if self.passed.get() > longest {
            return Err(io::Error::other(format!(
                "a line has more than {longest} bytes: is a quote not closed?"
            )));
        }
        let read = self.from.read(bytes)?;
        self.passed.set(self.passed.get() + read as u64);
        Ok(read)
    }
}

impl<K: Kind> Table<K> {
    /// Of lines of this kind, by this file; the bar shows how many of its bytes were read.
    #[must_use]
    pub fn new(kind: K, file: File, bar: ProgressBar) -> Self {
        Self { kind, file, bar, reading: None }
    }

    fn begin(&mut self) -> Result<Reading, Cause> {
        self.file.rewind()?;
        self.bar.set_position(0);
        let passed = Rc::new(Cell::new(0));
        let longest = Rc::new(Cell::new(LONGEST));
        let from =
            Guard { from: self.file.try_clone()?, passed: Rc::clone(&passed), longest: Rc::clone(&longest) };
        let mut reader = ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(from);
        let header = reader.byte_headers()?;
        let columns = Columns::of(header, K::COLUMNS, K::REQUIRED, K::FORMS)?;
        self.kind.check(&columns)?;
        longest.set(self.kind.longest());
        let numbers = LineNumbers::of(self.file.try_clone()?);
        Ok(Reading { reader, columns, record: ByteRecord::new(), passed, numbers })
    }
}

impl<K: Kind> Lines<K::Line> for Table<K> {
    fn rewind(&mut self) -> Result<(), Cause> {
        self.reading = None;
        self.reading = Some(self.begin()?);
        Ok(())
    }

    fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<K::Line>>, Cause> {
        let Some(reading) = &mut self.reading else { return Ok(None) };
        let mut lines = Vec::with_capacity(AT_ONCE);
        for _ in 0..self.kind.at_once() {
            reading.passed.set(0);
            let begins = reading.reader.position().byte();
            let more = reading.reader.read_byte_record(&mut reading.record);
            let line = reading.numbers.of_line_at(begins)?;
            if !more.map_err(|error| format!("line {line}: {error}"))? {
                self.reading = None;
                break;
            }
            let mut row = Row::new(&reading.columns, &reading.record);
            let read = self.kind.read(line, &mut row);
            match read {
                Some(read) if row.faults.is_empty() => lines.push(read),
                _ if row.faults.is_empty() => faults.add(line, &[InvalidInput::new("it", "cannot be read")]),
                _ => faults.add(line, &row.faults),
            }
        }
        match &self.reading {
            Some(reading) => self.bar.set_position(reading.reader.position().byte()),
            None if lines.is_empty() => return Ok(None),
            None => {}
        }
        Ok(Some(lines))
    }
}

#[cfg(test)]
mod tests;
