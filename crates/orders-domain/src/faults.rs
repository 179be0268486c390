//! What is wrong with the lines of a file.

use std::{collections::BTreeMap, fmt::Display};

/// What is wrong with the lines of a file: of the first lines each fault, of all lines how many have one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    first: BTreeMap<u64, String>,
    lines: u64,
}

impl Faults {
    /// Of how many lines the faults are kept.
    pub const KEPT: usize = 100;

    /// This is wrong with a line, which has no other faults so far.
    pub fn add(&mut self, line: u64, faults: &[impl Display]) {
        if faults.is_empty() {
            return;
        }
        self.lines += 1;
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        self.first.insert(line, faults.join("; "));
        if self.first.len() > Self::KEPT {
            self.first.pop_last();
        }
    }

    /// All this is wrong with other lines.
    pub fn append(&mut self, others: Self) {
        self.lines += others.lines;
        self.first.extend(others.first);
        while self.first.len() > Self::KEPT {
            self.first.pop_last();
        }
    }

    /// How many lines have faults.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The faults of the first lines that have some, by the line's number.
    pub fn first(&self) -> impl Iterator<Item = (u64, &str)> {
        self.first.iter().map(|(line, faults)| (*line, faults.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid::InvalidInput;

    #[test]
    fn the_first_hundred_lines_are_kept_and_all_are_counted() {
        let mut faults = Faults::default();
        faults.add(1, &[] as &[InvalidInput]);
        assert_eq!(faults, Faults::default());
        let fault = |what| InvalidInput::new(what, "is empty");
        for line in (2..=151).rev() {
            faults.add(line, &[fault("name"), fault("price")]);
        }
        assert_eq!(faults.lines(), 150);
        assert!(faults.first().map(|(line, _)| line).eq(2..=101));
        assert_eq!(faults.first().next(), Some((2, "name is empty; price is empty")));

        let mut others = Faults::default();
        others.add(1, &[fault("sku")]);
        others.add(200, &[fault("sku")]);
        faults.append(others);
        assert_eq!(faults.lines(), 152);
        assert!(faults.first().map(|(line, _)| line).eq(1..=100));
    }
}
