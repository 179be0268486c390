//! The numbers of a file's lines, by where they begin.

use std::{fs::File, io, os::unix::fs::FileExt};

/// Counts lines up to places that ascend.
pub struct LineNumbers {
    file: File,
    buffer: Vec<u8>,
    /// Where the buffer begins.
    begins: u64,
    /// Up to where lines were counted.
    at: u64,
    line: u64,
}

impl LineNumbers {
    /// Of this file, from its beginning on; its own position is not touched.
    #[must_use]
    pub fn of(file: File) -> Self {
        Self { file, buffer: Vec::new(), begins: 0, at: 0, line: 1 }
    }

    /// The number of the line at or behind this place that is not empty.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn of_line_at(&mut self, place: u64) -> io::Result<u64> {
        while let Some(byte) = self.byte()?
            && (self.at < place || matches!(byte, b'\r' | b'\n'))
        {
            self.at += 1;
            self.line += u64::from(byte == b'\n');
        }
        Ok(self.line)
    }

    /// The byte that comes next.
    fn byte(&mut self) -> io::Result<Option<u8>> {
        let within = |begins: u64, at: u64| usize::try_from(at - begins).ok();
        if let Some(byte) = within(self.begins, self.at).and_then(|index| self.buffer.get(index)) {
            return Ok(Some(*byte));
        }
        self.buffer.resize(1 << 16, 0);
        let read = self.file.read_at(&mut self.buffer, self.at)?;
        self.buffer.truncate(read);
        self.begins = self.at;
        Ok(self.buffer.first().copied())
    }
}
