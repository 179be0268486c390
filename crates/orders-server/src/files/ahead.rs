//! Lines that are read on a thread of their own, while those before them are stored.

use std::{
    panic::resume_unwind,
    sync::mpsc::{Receiver, sync_channel},
    thread::{self, JoinHandle},
};

use orders_adapters::sql::Lines;
use orders_domain::{faults::Faults, ports::Cause};

/// How many times lines are read before somebody asks for them.
const AHEAD: usize = 1;

/// What comes of reading some lines.
type Read<T> = (Result<Option<Vec<T>>, Cause>, Faults);

/// Lines that are read before they are asked for.
pub struct Ahead<L, T> {
    lines: Option<L>,
    reading: Option<(Receiver<Read<T>>, JoinHandle<L>)>,
}

impl<L, T> Ahead<L, T> {
    /// Of these.
    pub fn of(lines: L) -> Self {
        Self { lines: Some(lines), reading: None }
    }
}

impl<L: Lines<T> + Send + 'static, T: Send + 'static> Lines<T> for Ahead<L, T> {
    fn rewind(&mut self) -> Result<(), Cause> {
        if let Some((read, thread)) = self.reading.take() {
            // It has nobody left to read for.
            drop(read);
            self.lines = Some(thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        let Some(lines) = &mut self.lines else { return Ok(()) };
        lines.rewind()?;
        let (to, read) = sync_channel(AHEAD);
        let Some(mut lines) = self.lines.take() else { return Ok(()) };
        let thread = thread::Builder::new().name("orders-reading".to_owned()).spawn(move || {
            loop {
                let mut faults = Faults::default();
                let next = lines.next_lines(&mut faults);
                let is_last = !matches!(next, Ok(Some(_)));
                if to.send((next, faults)).is_err() || is_last {
                    return lines;
                }
            }
        })?;
        self.reading = Some((read, thread));
        Ok(())
    }

    fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<T>>, Cause> {
        let Some((read, _)) = &self.reading else { return Ok(None) };
        // After the last one nothing comes.
        let Ok((next, wrong)) = read.recv() else { return Ok(None) };
        faults.append(wrong);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers up to this one, one at a time; what can be divided by three is wrong.
    struct Numbers {
        next: u64,
        last: u64,
    }

    impl Lines<u64> for Numbers {
        fn rewind(&mut self) -> Result<(), Cause> {
            if self.last == 0 {
                return Err("it cannot be read".into());
            }
            self.next = 1;
            Ok(())
        }

        fn next_lines(&mut self, faults: &mut Faults) -> Result<Option<Vec<u64>>, Cause> {
            let next = self.next;
            self.next += 1;
            if next.is_multiple_of(3) {
                faults.add(next, &["is wrong"]);
                return Ok(Some(Vec::new()));
            }
            match next {
                13 => Err("it is the thirteenth".into()),
                _ => Ok((next <= self.last).then(|| vec![next])),
            }
        }
    }

    fn read(lines: &mut impl Lines<u64>, most: usize) -> (Vec<u64>, Faults, Option<String>) {
        let (mut all, mut faults) = (Vec::new(), Faults::default());
        for _ in 0..most {
            match lines.next_lines(&mut faults) {
                Ok(Some(some)) => all.extend(some),
                Ok(None) => return (all, faults, None),
                Err(error) => return (all, faults, Some(error.to_string())),
            }
        }
        (all, faults, None)
    }

    #[test]
    fn all_lines_come_in_order_as_often_as_they_are_begun() {
        let mut ahead = Ahead::of(Numbers { next: 1, last: 7 });
        assert_eq!(read(&mut ahead, 9), (Vec::new(), Faults::default(), None));
        let mut direct = Numbers { next: 1, last: 7 };
        let expected = read(&mut direct, 100);
        assert_eq!((&expected.0[..], expected.1.lines()), (&[1, 2, 4, 5, 7][..], 2));
        for _ in 0..2 {
            ahead.rewind().unwrap();
            assert_eq!(read(&mut ahead, 2).0, [1, 2]);
            ahead.rewind().unwrap();
            assert_eq!(read(&mut ahead, 100), expected);
            assert_eq!(read(&mut ahead, 9), (Vec::new(), Faults::default(), None));
        }
    }

    #[test]
    fn what_keeps_lines_from_being_read_comes_after_those_that_were() {
        let mut ahead = Ahead::of(Numbers { next: 1, last: 20 });
        ahead.rewind().unwrap();
        let (all, faults, error) = read(&mut ahead, 100);
        assert_eq!((all.len(), faults.lines(), error.as_deref()), (8, 4, Some("it is the thirteenth")));
        assert_eq!(
            Ahead::of(Numbers { next: 1, last: 0 }).rewind().unwrap_err().to_string(),
            "it cannot be read"
        );
    }
}
