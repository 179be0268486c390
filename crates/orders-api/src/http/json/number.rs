//! Numbers as they were written. A float has forgotten what was behind its 17th digit.

use std::borrow::Cow;

use super::Json;

/// The numbers of a body that is JSON, in their order and as they were written.
pub fn literals(body: &[u8]) -> impl Iterator<Item = &str> {
    let mut rest = body;
    std::iter::from_fn(move || {
        loop {
            let (first, behind) = rest.split_first()?;
            match first {
                b'"' => rest = behind_text(behind),
                b'-' | b'0'..=b'9' => {
                    let length = rest.iter().take_while(|byte| is_of_a_number(**byte)).count();
                    let (literal, behind) = rest.split_at(length);
                    rest = behind;
                    return str::from_utf8(literal).ok();
                }
                _ => rest = behind,
            }
        }
    })
}

fn is_of_a_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

/// What follows the text that these bytes are in.
fn behind_text(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'"', behind @ ..] => return behind,
            [b'\\', _, behind @ ..] | [_, behind @ ..] => behind,
            [] => return rest,
        };
    }
}

/// What a number is by what is written: `7.0` and `0.7e1` are the number 7 to JSON Schema and to
/// most writers of JSON.
pub fn judge(literal: &str) -> Json<'_> {
    let fraction = || Json::Fraction(Cow::Borrowed(literal));
    let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, behind) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [whole, behind].concat();
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Json::Integer(0);
    }
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    // The number is the significant digits and so many zeros.
    let Some(zeros) = exponent.parse::<i64>().ok().and_then(|exponent| {
        let shift = i64::try_from(trailing).ok()? - i64::try_from(behind.len()).ok()?;
        exponent.checked_add(shift)
    }) else {
        // Too small for anything: one too large is no JSON to a reader of floats.
        return fraction();
    };
    match usize::try_from(zeros) {
        Err(_) => fraction(),
        Ok(zeros) if significant.len() + zeros.min(20) > 19 => Json::Huge(Cow::Borrowed(literal)),
        Ok(zeros) => {
            let number = format!("{sign}{significant}{}", "0".repeat(zeros)).parse();
            number.map_or(Json::Huge(Cow::Borrowed(literal)), Json::Integer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_whole_if_what_is_written_is() {
        for (whole, value) in [
            ("7.0", 7),
            ("7e0", 7),
            ("0.7e1", 7),
            ("700E-2", 7),
            ("-7.000e+0", -7),
            ("-0", 0),
            ("-0.0", 0),
            ("0e-999999999999999999999999", 0),
            ("9007199254740993.0", 9_007_199_254_740_993),
            ("9.223372036854775807e18", i64::MAX),
            ("-9223372036854775808.0", i64::MIN),
            ("1e18", 1_000_000_000_000_000_000),
        ] {
            assert_eq!(judge(whole), Json::Integer(value), "{whole}");
        }
        for huge in
            ["1e30", "1e19", "9223372036854775808", "-9223372036854775808.10e1", "1e9223372036854775807"]
        {
            assert_eq!(judge(huge), Json::Huge(huge.into()));
        }
        for fraction in [
            "7.5",
            "1.00000000000000000001",
            "-1.00000000000000000001",
            "9007199254740993.5",
            "70e-2",
            "1e-400",
            "1e-99999999999999999999999999",
            "0.00000000000000000001",
        ] {
            assert_eq!(judge(fraction), Json::Fraction(fraction.into()));
        }
    }

    #[test]
    fn numbers_in_texts_and_keys_are_none_of_the_body() {
        let body = br#"{"1": "2\\", "\"3": [4, -5.5e+1,"6\\\"7"], "8":9}"#;
        assert_eq!(literals(body).collect::<Vec<_>>(), ["4", "-5.5e+1", "9"]);
    }
}
