//! Of which trace something is a part.

use std::{fmt, str::FromStr};

use crate::{invalid::InvalidInput, quoted::Quoted};

/// Of which trace something is a part, by which of its spans it was caused, and whether the trace is recorded: what
/// `traceparent` says (W3C Trace Context).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext([u8; Self::BYTES]);

impl TraceContext {
    /// As many bytes as it takes: 16 of the trace's id, 8 of the span's, one of flags.
    pub const BYTES: usize = 25;

    /// The first version, which is the one that is written.
    const CHARS: usize = 55;

    /// That the trace is recorded.
    const SAMPLED: u8 = 1;

    /// The flags that are known: that it is recorded, and that its id is random. The others are not passed on.
    const FLAGS: u8 = Self::SAMPLED | 2;

    /// A span of a trace.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`] for an id of nothing but zeros.
    pub fn new(trace: [u8; 16], span: [u8; 8], is_sampled: bool) -> Result<Self, InvalidInput> {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&trace);
        bytes[16..24].copy_from_slice(&span);
        bytes[24] = if is_sampled { Self::SAMPLED } else { 0 };
        bytes.as_slice().try_into()
    }

    /// The id of the trace.
    #[must_use]
    pub fn trace(&self) -> [u8; 16] {
        std::array::from_fn(|at| self.0[at])
    }

    /// The id of the span.
    #[must_use]
    pub fn span(&self) -> [u8; 8] {
        std::array::from_fn(|at| self.0[16 + at])
    }

    /// Whether the trace is recorded.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.0[24] & Self::SAMPLED != 0
    }

    /// It as it is stored.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for TraceContext {
    type Error = InvalidInput;

    fn try_from(bytes: &[u8]) -> Result<Self, InvalidInput> {
        let refused = |reason: String| InvalidInput::new("trace context", reason);
        let mut context: [u8; Self::BYTES] = bytes
            .try_into()
            .map_err(|_| refused(format!("it has {} bytes, not {}", bytes.len(), Self::BYTES)))?;
        let (trace, rest) = context.split_at(16);
        if trace == [0; 16] || rest[..8] == [0; 8] {
            return Err(refused("an id of it is nothing but zeros".to_owned()));
        }
        context[24] &= Self::FLAGS;
        Ok(Self(context))
    }
}

impl FromStr for TraceContext {
    type Err = InvalidInput;

    /// Reads `traceparent` of any version: later ones begin like the first and may go on after it.
    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        let refused = || InvalidInput::new("traceparent", format!("{} is none", Quoted(text)));
        let text = text.as_bytes();
        let (first, after) = text.split_at_checked(Self::CHARS).ok_or_else(refused)?;
        let version = hex::<1>(&first[..2]).ok_or_else(refused)?;
        let goes_on_wrongly = after.first().is_some_and(|next| version == [0] || *next != b'-');
        let are_apart = [2, 35, 52].iter().all(|place| first[*place] == b'-');
        if version == [0xff] || goes_on_wrongly || !are_apart {
            return Err(refused());
        }
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&hex::<16>(&first[3..35]).ok_or_else(refused)?);
        bytes[16..24].copy_from_slice(&hex::<8>(&first[36..52]).ok_or_else(refused)?);
        bytes[24..].copy_from_slice(&hex::<1>(&first[53..]).ok_or_else(refused)?);
        bytes.as_slice().try_into()
    }
}

/// Bytes in lower-case hexadecimal digits.
fn hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let mut bytes = [0; N];
    if pairs.len() != N {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

impl fmt::Display for TraceContext {
    /// As `traceparent`, in its first version.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        let places = (3..35).step_by(2).chain((36..52).step_by(2)).chain([53]);
        for (place, byte) in places.zip(self.0) {
            text[place] = DIGITS[usize::from(byte >> 4)];
            text[place + 1] = DIGITS[usize::from(byte & 0xf)];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceContext({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_and_written_as_it_was() {
        for text in [GOOD, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"] {
            let context: TraceContext = text.parse().unwrap();
            assert_eq!(context.to_string(), text);
            assert_eq!(context.is_sampled(), text == GOOD);
            assert_eq!(TraceContext::try_from(context.as_bytes()), Ok(context));
            let again = TraceContext::new(context.trace(), context.span(), context.is_sampled());
            assert_eq!(again, Ok(context));
        }
    }

    #[test]
    fn a_later_version_is_passed_on_as_the_first_and_flags_that_are_not_known_are_not() {
        for (text, expected) in [
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", GOOD),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes", GOOD),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
            ),
        ] {
            assert_eq!(text.parse::<TraceContext>().unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_traceparent_is_refused() {
        for bad in [
            "",
            "0",
            "é",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert!(bad.parse::<TraceContext>().is_err(), "{bad:?} was taken");
        }
    }

    #[test]
    fn bytes_that_are_no_context_are_refused() {
        let good: TraceContext = GOOD.parse().unwrap();
        let mut without_trace = good.0;
        without_trace[..16].fill(0);
        for bad in [&good.0[..24], &[0; 25], &without_trace, &[1; 26], &[]] {
            assert!(TraceContext::try_from(bad).is_err(), "{bad:?} was taken");
        }
    }
}
